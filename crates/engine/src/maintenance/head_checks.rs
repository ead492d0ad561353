//! `HEAD`: both slots, and what it knows against the journal.

use std::path::Path;

use sigeyi_store::{Disk, FoundHead, HeadError, HeadFile, KnownHead, SlotState, Witness};
use uuid::Uuid;

use super::{
    report::{Fault, FaultKind, Mend},
    verify::{Examination, HEAD},
};

/// Reads it, and makes it a witness of the journal.
pub(super) fn read(
    disk: &dyn Disk,
    dir: &Path,
    log_id: Uuid,
    found: &mut Examination,
) -> Result<FoundHead, HeadError> {
    let inspection = HeadFile::inspect(disk, &dir.join(HEAD), log_id)?;
    if let Some(known) = inspection.head.known() {
        let (position, root, is_end) = (known.position.0, Some(known.root), known.is_closed);
        found.witnesses.add(Witness { position, root, is_end, name: HEAD.to_owned() });
        found.report.checked.heads += 1;
    }
    if inspection.head == FoundHead::Damaged {
        fault(dir, found, None, "neither slot of it is whole", Mend::Repair);
    } else if inspection.slots.contains(&SlotState::Damaged) {
        fault(dir, found, None, "a slot of it is damaged", Mend::Repair);
    }
    Ok(inspection.head)
}

/// Compares it with the events.
pub(super) fn compare(dir: &Path, head: FoundHead, found: &mut Examination) {
    let end = found.report.head;
    match head {
        FoundHead::Missing if end > 0 => fault(dir, found, None, "it is missing", Mend::Repair),
        FoundHead::Known(KnownHead { position, .. }) if found.head_differs => {
            let what = "it knows other events up to this position than the journal has";
            fault(dir, found, Some(position.0), what, Mend::AcceptLoss);
        }
        FoundHead::Known(KnownHead { position, is_closed: true, .. }) if position.0 < end => {
            let what = "it says that the journal was closed here, but that goes on";
            fault(dir, found, Some(position.0), what, Mend::Repair);
        }
        FoundHead::Known(_) | FoundHead::Missing | FoundHead::Damaged => {}
    }
}

fn fault(dir: &Path, found: &mut Examination, position: Option<u64>, what: &str, mend: Mend) {
    let (kind, file, what) = (FaultKind::Head, dir.join(HEAD), what.to_owned());
    found.report.fault(Fault { kind, file, offset: None, position, what, mend });
    found.is_head_bad = true;
}
