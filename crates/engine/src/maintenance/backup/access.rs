//! The access log in a backup, beside the events: its segments as they are, incrementally, each proven to follow from the one before.

use sigeyi_store::{
    Access, AccessChain, AccessSegmentFile, FoundHead, HeadFile, KnownHead, While, names_if_there,
};

use super::{BackupError, Run};
use crate::{
    access_log::{FOLDER, HEAD_FILE},
    maintenance::{
        catalogue::{ACCESS_PREFIX, AccessCatalogue, AccessSegmentEntry, hex, unhex_hash},
        copying::{is_there_with, write_proven},
        file_hash::FileHash,
    },
};

impl Run<'_> {
    /// Copies what the backup lacks, up to what `HEAD.access` says is durable; nothing while there is no entry.
    pub(super) fn copy_access(
        &mut self,
        before: Option<&AccessCatalogue>,
    ) -> Result<Option<AccessCatalogue>, BackupError> {
        let log_id = self.source.manifest.log_id;
        let dir = self.options.data.join(FOLDER);
        let Some(head) = self.access_head()? else {
            let Some(before) = before else { return Ok(None) };
            return Err(BackupError::AccessBehind { ours: 0, backup: before.entries });
        };
        if let Some(before) = before.filter(|before| before.entries > head.position.0) {
            return Err(BackupError::AccessBehind { ours: head.position.0, backup: before.entries });
        }
        let mut segments = match before {
            Some(before) => self.keep_access(before, &head)?,
            None => Vec::new(),
        };
        let mut chain = AccessChain::begin(log_id, self.source.manifest.suite);
        if let Some((number, hash)) =
            segments.last().and_then(|last| Some((last.last, unhex_hash(&last.hash)?)))
        {
            chain = AccessChain { number, hash, ..chain };
        }
        let mut is_fork = false;
        for number in segments.len() as u32 + 1..=head.segment {
            let file = AccessSegmentFile::of(&dir, number);
            // What lies behind it may not be synced.
            let end = (number == head.segment).then_some(head.end);
            let mut bytes = file.read(self.disk, end)?;
            let length = file.check(&bytes, log_id, &mut chain, |chain| {
                is_fork |= before
                    .is_some_and(|before| before.entries == chain.number && before.hash != hex(&chain.hash));
            });
            bytes.truncate(length.map_err(sigeyi_store::AccessReadError::from)?);
            if is_fork {
                return Err(BackupError::AccessFork { entry: before.map_or(0, |before| before.entries) });
            }
            let (sha256, sm3) = FileHash::fields(self.algorithm(), &bytes);
            let entry = AccessSegmentEntry {
                number,
                last: chain.number,
                bytes: bytes.len() as u64,
                sha256,
                sm3,
                hash: hex(&chain.hash),
            };
            let path = entry.path(&self.options.events_folder);
            if !is_there_with(self.disk, &path, &bytes)? {
                write_proven(self.disk, &path, Access::Shared, &bytes)?;
                self.copied_bytes += entry.bytes;
                if before.is_some_and(|before| before.segments.contains(&entry)) {
                    self.mended.push(path);
                }
            }
            segments.push(entry);
        }
        if (chain.number, chain.hash) != (head.position.0, head.root) {
            return Err(BackupError::AccessHeadDiffers { entry: head.position.0 });
        }
        Ok(Some(AccessCatalogue { entries: chain.number, hash: hex(&chain.hash), segments }))
    }

    /// What `HEAD.access` says is durable. Without it nobody knows, unless there is no log.
    fn access_head(&self) -> Result<Option<KnownHead>, BackupError> {
        let path = self.options.data.join(HEAD_FILE);
        match HeadFile::read(self.disk, &path, self.source.manifest.log_id)? {
            FoundHead::Known(head) if head.position.0 == 0 => Ok(None),
            FoundHead::Known(head) => Ok(Some(head)),
            FoundHead::Missing | FoundHead::Damaged => {
                let segments = AccessSegmentFile::list(self.disk, &self.options.data.join(FOLDER))?;
                if segments.is_empty() { Ok(None) } else { Err(BackupError::HeadUnknown { path }) }
            }
        }
    }

    /// The sealed segments of the backup before that are whole, and that the directory's next segment follows from.
    fn keep_access(
        &self,
        before: &AccessCatalogue,
        head: &KnownHead,
    ) -> Result<Vec<AccessSegmentEntry>, BackupError> {
        let dir = self.options.data.join(FOLDER);
        let mut kept = Vec::new();
        for (entry, number) in before.segments.iter().zip(1..) {
            if entry.number != number || number >= head.segment {
                break;
            }
            let next = AccessSegmentFile::of(&dir, number + 1);
            let (last, hash) = next.start(self.disk, self.source.manifest.log_id)?;
            let is_same = (last, hex(&hash)) == (entry.last, entry.hash.clone());
            if !is_same || !self.is_good_access(entry)? {
                break;
            }
            kept.push(entry.clone());
        }
        Ok(kept)
    }

    /// Whether a file of the backup has the hash that the catalogue states.
    fn is_good_access(&self, entry: &AccessSegmentEntry) -> Result<bool, BackupError> {
        let path = entry.path(&self.options.events_folder);
        if !self.disk.exists(&path).doing("look for", &path)? {
            return Ok(false);
        }
        let file = self.disk.open_read(&path).doing("open", &path)?;
        if file.len().doing("measure", &path)? != entry.bytes {
            return Ok(false);
        }
        file.forget().doing("read", &path)?;
        Ok(entry.file().is_of(&self.disk.read(&path).doing("read", &path)?))
    }

    /// Removes the segments that the new catalogue replaces: all that they held is in those that it names.
    pub(super) fn remove_replaced_access(
        &self,
        before: Option<&AccessCatalogue>,
        now: Option<&AccessCatalogue>,
    ) -> Result<(), BackupError> {
        let folder = &self.options.events_folder;
        let named: Vec<_> = now.iter().flat_map(|now| &now.segments).collect();
        let is_named = |path: &std::path::Path| named.iter().any(|entry| entry.path(folder) == path);
        for old in before.iter().flat_map(|before| &before.segments) {
            let path = old.path(folder);
            if !is_named(&path) {
                self.remove(&path)?;
            }
        }
        // What a run that was cut off has left.
        for name in names_if_there(self.disk, folder)? {
            let path = folder.join(&name);
            let number =
                name.strip_prefix(ACCESS_PREFIX).and_then(|rest| rest.get(..10)?.parse::<u32>().ok());
            if !is_named(&path)
                && !name.ends_with(".new")
                && let Some(entry) = named.iter().find(|entry| Some(entry.number) == number)
                && self.is_beginning_of(&path, &entry.path(folder))?
            {
                self.remove(&path)?;
            }
        }
        Ok(())
    }
}
