//! The check of the access log, and what a repair does about it.

use std::path::{Path, PathBuf};

use sigeyi_store::{
    AccessDamage, AccessOpenError, Disk, DiskError, Manifest, inspect_access_log, names_if_there,
};

use super::{
    report::{Fault, FaultKind, Mend},
    verify::Examination,
};
use crate::{
    access_log::{FOLDER, HEAD_FILE},
    writer::chain,
};

/// Reads everything. Files that cannot stay are named in `found`, in the order in which they are to be set aside: whatever is left of a
/// log that was set aside in part must not pass for a whole one.
pub(super) fn check(
    disk: &dyn Disk,
    dir: &Path,
    manifest: &Manifest,
    found: &mut Examination,
) -> Result<(), DiskError> {
    let (folder, head) = (dir.join(FOLDER), dir.join(HEAD_FILE));
    let fault = |file: PathBuf, offset, what| Fault {
        kind: FaultKind::AccessLog,
        file,
        offset,
        position: None,
        what,
        mend: Mend::Repair,
    };
    let error = match inspect_access_log(disk, &folder, &head, manifest.log_id, manifest.suite) {
        Ok(read) => {
            found.report.checked.access_entries = read.entries;
            found.report.checked.access_segments = read.segments;
            if read.entries > 0 && !read.has_head {
                let note =
                    "HEAD.access is missing or damaged; the next start makes it anew from the access log";
                found.report.notes.push(note.to_owned());
            }
            if let Some(torn) = read.unfinished {
                found.report.notes.push(format!(
                    "a write that was not finished lies in {} at byte {}; nobody was shown anything for it, and the next start cuts it",
                    torn.path.display(),
                    torn.offset
                ));
            }
            for path in read.bad_checkpoints {
                let what = "this checkpoint does not follow from the entries before it".to_owned();
                found.report.fault(fault(path.clone(), None, what));
                found.access_files.push(path);
            }
            return Ok(());
        }
        Err(AccessOpenError::Io(error)) => return Err(error),
        Err(error) => error,
    };
    let (file, offset) = match &error {
        AccessOpenError::Damaged(AccessDamage { path, offset, .. }) => (path.clone(), Some(*offset)),
        AccessOpenError::Head(_) => (head.clone(), None),
        AccessOpenError::OtherVersion(_) | AccessOpenError::Behind { .. } | AccessOpenError::Io(_) => {
            (folder.clone(), None)
        }
    };
    found.report.fault(fault(file, offset, chain(&error)));
    if !matches!(error, AccessOpenError::Head(_)) {
        // From the first segment on: without it nothing behind it is taken for a log. HEAD.access, which misses them, goes last.
        let names = names_if_there(disk, &folder)?;
        found.access_files.extend(names.into_iter().map(|name| folder.join(name)));
    }
    found.access_files.push(head);
    Ok(())
}
