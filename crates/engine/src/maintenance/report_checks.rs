//! Frozen reports: the position and the root that each states are those of the log, and what it was counted by is what this program has.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use sigeyi_domain::{ContentHash, Event, EventType, Plan, ReportFrozen};
use sigeyi_envelope::EventParts;
use sigeyi_projections::from_domain;
use sigeyi_proof::{CompactTree, Hash, HashAlgorithm};
use sigeyi_store::{
    Disk, DiskError, FoundEvent, JournalDamage, SegmentDone, WalkEnd, WalkOptions, Walker, Witness, walk,
};

use super::{
    report::{Fault, FaultKind, Mend, VerifyReport},
    tree_checks::TreeChecks,
};
use crate::reports::{codes_hash, divisions_hash, plan_hash};

/// Reports whose root is looked up by another reading of the journal, at most: far more than anybody freezes while a hundred thousand events come
/// between the counting and the freezing of each.
const LATER_MAX: usize = 100_000;

/// The reports of a log.
pub(super) struct ReportChecks {
    algorithm: HashAlgorithm,
    /// Number of the last one.
    number: u64,
    /// Those whose root is of a size that is long gone.
    later: Vec<Later>,
    skipped: u64,
    /// The first report that was counted by something else than this program has, and what that is.
    first_other: Option<(u64, &'static str)>,
    others: u64,
}

/// Where a report stands, and what it says.
struct Later {
    at: Place,
    size: u64,
    root: ContentHash,
}

struct Place {
    file: PathBuf,
    offset: u64,
    position: u64,
}

impl ReportChecks {
    pub(super) fn new(algorithm: HashAlgorithm) -> ReportChecks {
        ReportChecks { algorithm, number: 0, later: Vec::new(), skipped: 0, first_other: None, others: 0 }
    }

    /// Takes in an event, which may be a report; the tree is that of the events up to it.
    pub(super) fn event(
        &mut self,
        found: &FoundEvent<'_>,
        parts: &EventParts<'_>,
        tree: &TreeChecks,
        report: &mut VerifyReport,
    ) {
        if parts.kind != EventType::ReportFrozen as u8 {
            return;
        }
        // One that cannot be read is a fault of the event, which is named where bodies are read.
        let Ok(Event::ReportFrozen { clear: body, .. }) =
            Event::from_json(parts.kind, parts.schema, parts.clear, None)
        else {
            return;
        };
        let at = Place { file: found.path.to_owned(), offset: found.offset, position: found.position };
        self.number += 1;
        if body.number != self.number {
            let what = format!("report {} stands where report {} is due", body.number, self.number);
            at.fault(what, report);
            self.number = body.number;
        }
        let size = from_domain(body.known_at).0;
        if size >= found.position {
            at.fault(format!("the report says that it knows event {size}, which comes after it"), report);
        } else {
            match tree.root_at(size) {
                Some(root) => at.compare(size, body.root, root, report),
                None if self.later.len() < LATER_MAX => self.later.push(Later { at, size, root: body.root }),
                None => self.skipped += 1,
            }
        }
        self.compare_lists(found.position, &body);
    }

    /// What it was counted by. A newer program may have newer lists, so this is no damage.
    fn compare_lists(&mut self, position: u64, body: &ReportFrozen) {
        let algorithm = self.algorithm;
        let plan = Plan::find(body.plan.as_str());
        let other = if plan.is_none_or(|plan| plan_hash(algorithm, plan) != body.plan_hash) {
            "the plan"
        } else if divisions_hash(algorithm) != body.divisions_hash {
            "the list of divisions"
        } else if codes_hash(algorithm) != body.codes_hash {
            "the lists of codes"
        } else {
            return;
        };
        self.others += 1;
        self.first_other.get_or_insert((position, other));
    }

    /// Reads the journal once more where a report states a root that is long gone, and says what has been found of lists.
    pub(super) fn finish(
        self,
        disk: &dyn Disk,
        journal_dir: &Path,
        options: WalkOptions<'_>,
        report: &mut VerifyReport,
    ) -> Result<(), DiskError> {
        if let Some((position, what)) = self.first_other {
            report.notes.push(format!(
                "{} of the frozen reports were counted by other lists than this program has; the first is that of event {position}: {what}",
                self.others
            ));
        }
        if self.skipped > 0 {
            let note =
                format!("the roots of {} frozen reports were not compared: there are too many", self.skipped);
            report.notes.push(note);
        }
        if self.later.is_empty() {
            return Ok(());
        }
        let roots = self.later.iter().map(|later| (later.size, None)).collect();
        let mut roots = Roots { tree: CompactTree::new(self.algorithm), roots };
        let _: WalkEnd = walk(disk, journal_dir, options, &mut roots)?;
        for later in self.later {
            if let Some(Some(root)) = roots.roots.get(&later.size) {
                later.at.compare(later.size, later.root, *root, report);
            }
        }
        Ok(())
    }
}

impl Place {
    fn compare(self, size: u64, stated: ContentHash, root: Hash, report: &mut VerifyReport) {
        report.checked.reports += 1;
        if stated != ContentHash(root) {
            self.fault(
                format!("the report states a root of the first {size} events that they do not have"),
                report,
            );
        }
    }

    fn fault(&self, what: String, report: &mut VerifyReport) {
        let (kind, file, mend) = (FaultKind::Report, self.file.clone(), Mend::Backup);
        let (offset, position) = (Some(self.offset), Some(self.position));
        report.fault(Fault { kind, file, offset, position, what, mend });
    }
}

/// The roots at some sizes.
struct Roots {
    tree: CompactTree,
    roots: BTreeMap<u64, Option<Hash>>,
}

impl Walker for Roots {
    fn event(&mut self, event: &FoundEvent<'_>) {
        if event.position != self.tree.size() + 1 {
            return;
        }
        self.tree.push(event.leaf);
        if let Some(root) = self.roots.get_mut(&self.tree.size()) {
            *root = Some(self.tree.root());
        }
    }

    fn damage(&mut self, _: JournalDamage) {}
    fn differs(&mut self, _: &Witness) {}

    fn segment(&mut self, _: SegmentDone) -> Result<(), DiskError> {
        Ok(())
    }
}
