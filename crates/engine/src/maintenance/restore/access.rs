//! The access log of a backup, brought back as it was.

use std::sync::Arc;

use sigeyi_envelope::Position;
use sigeyi_store::{Access, AccessChain, AccessSegmentFile, Disk, HeadFile, KnownHead, create_folder};

use super::{EventsCatalogue, RestoreError, RestoreOptions, proven};
use crate::{
    access_log::{FOLDER, HEAD_FILE},
    maintenance::{catalogue::hex, copying::write_proven},
};

/// Copies the segments, each checked to follow from the one before, and says where they end. A backup may have none.
pub(super) fn bring_back(
    disk: &Arc<dyn Disk>,
    options: &RestoreOptions,
    events: &EventsCatalogue,
) -> Result<u64, RestoreError> {
    let Some(access) = &events.access else { return Ok(0) };
    let (dir, log_id) = (options.data.join(FOLDER), events.manifest.log_id);
    create_folder(&**disk, &dir)?;
    let mut chain = AccessChain::begin(log_id, events.manifest.suite);
    let mut end = (0, 0);
    for (entry, number) in access.segments.iter().zip(1..) {
        let path = entry.path(&options.events_folder);
        let bytes = proven(&**disk, &path, entry.bytes, entry.file())?;
        let file = AccessSegmentFile { number, path: path.clone() };
        let length = file.check(&bytes, log_id, &mut chain, |_| ());
        let length = length.map_err(sigeyi_store::AccessReadError::from)?;
        if entry.number != number || length != bytes.len() {
            return Err(RestoreError::Damaged { path });
        }
        write_proven(&**disk, &AccessSegmentFile::of(&dir, number).path, Access::Shared, &bytes)?;
        end = (number, entry.bytes);
    }
    if (chain.number, hex(&chain.hash)) != (access.entries, access.hash.clone()) {
        return Err(RestoreError::OtherAccess { entry: access.entries });
    }
    let (mut head, _) = HeadFile::open(disk.clone(), &options.data.join(HEAD_FILE), log_id)?;
    let (segment, end) = end;
    head.save(KnownHead {
        position: Position(chain.number),
        root: chain.hash,
        segment,
        end,
        is_closed: true,
    })?;
    Ok(chain.number)
}
