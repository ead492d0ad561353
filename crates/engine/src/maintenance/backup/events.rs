//! The segments of a backup.

use std::{collections::HashMap, path::Path};

use sigeyi_envelope::KEY_ID_BYTES;
use sigeyi_proof::{CompactTree, Hash};
use sigeyi_store::{Access, SegmentFile, While, names_if_there};

use super::{BackupError, Run, now};
use crate::maintenance::{
    backup::error,
    catalogue::{Catalogue, EventsCatalogue, SEGMENT_SUFFIX, SegmentEntry, hex},
    copying::{is_there_with, write_proven},
};

/// What was copied of the events.
pub(super) struct CopiedEvents {
    pub(super) catalogue: EventsCatalogue,
    /// The keys that events name which were read now, each with the first such event. About 50 bytes a person.
    pub(super) key_ids: HashMap<[u8; KEY_ID_BYTES], u64>,
}

/// What of the backup before is still good.
struct Kept {
    segments: Vec<SegmentEntry>,
    tree: CompactTree,
}

impl Run<'_> {
    /// Copies what the backup lacks, up to what `HEAD` says is durable.
    pub(super) fn copy_events(
        &mut self,
        before: Option<&EventsCatalogue>,
    ) -> Result<CopiedEvents, error::BackupError> {
        let (head, log_id) = (self.source.head, self.source.manifest.log_id);
        match before {
            Some(before) if before.position > head.position.0 => {
                return Err(BackupError::Behind { ours: head.position.0, backup: before.position });
            }
            Some(_) => {}
            None => self.refuse_unexplained_segments()?,
        }
        let Kept { mut segments, mut tree } = self.keep(before)?;
        let mut key_ids = HashMap::new();
        let mut witness = Witness { before, is_met: before.is_none_or(|before| before.position == 0) };
        witness.look(&tree)?;
        let mut tree_before_last = tree.clone();
        let mut done: u64 = segments.iter().map(|entry| entry.bytes).sum();
        let total = done + self.bytes_from(segments.len() as u32 + 1)?;
        for number in segments.len() as u32 + 1..=head.segment {
            let file = SegmentFile::of(&self.source.journal_dir, number);
            // What lies behind it may not be synced.
            let end = (number == head.segment).then_some(head.end);
            let bytes = file.read(self.disk, end)?;
            tree_before_last = tree.clone();
            let mut forked = Ok(());
            file.check(&bytes, log_id, &mut tree, |event, tree| {
                if forked.is_ok() {
                    forked = witness.look(tree);
                }
                if let Some(sealed) = event.parts().sealed {
                    key_ids.entry(sealed.key_id).or_insert(event.parts().position.0);
                }
            })
            .map_err(sigeyi_store::ReadError::from)?;
            forked?;
            let entry = SegmentEntry::of(number, &bytes, &tree);
            self.copy_segment(before, &entry, &bytes)?;
            done += entry.bytes;
            segments.push(entry);
            (self.on_progress)(done, total);
        }
        if tree.size() != head.position.0 || tree.root() != head.root {
            return Err(BackupError::HeadDiffers { position: head.position.0 });
        }
        let catalogue = EventsCatalogue {
            kind: EventsCatalogue::KIND.to_owned(),
            number: before.map_or(1, |before| before.number.saturating_add(1)),
            manifest: self.source.manifest.clone(),
            position: head.position.0,
            root: hex(&head.root),
            taken_at: now(),
            segments,
            tree_before_last: hex(&tree_before_last.encode()),
            access: None,
        };
        Ok(CopiedEvents { catalogue, key_ids })
    }

    /// The sealed segments of the backup before, each proven equal: its bytes by their hash, its events by the root that the directory's next
    /// segment states. None of them where the directory has been cut into other segments since, or one cannot be mended from it.
    fn keep(&mut self, before: Option<&EventsCatalogue>) -> Result<Kept, BackupError> {
        let nothing = Kept { segments: Vec::new(), tree: CompactTree::new(self.algorithm()) };
        let Some((before, tree)) = before.and_then(|before| Some((before, before.tree_before_last()?)))
        else {
            return Ok(nothing);
        };
        let total = before.segments.iter().map(|entry| entry.bytes).sum();
        let mut done = 0;
        for (entry, number) in before.sealed().iter().zip(1..) {
            if entry.number != number || number >= self.source.head.segment || !self.is_same(entry)? {
                return Ok(nothing);
            }
            let path = entry.path(&self.options.events_folder);
            if !self.is_good(entry, &path)? {
                let file = SegmentFile::of(&self.source.journal_dir, number);
                let bytes = file.read(self.disk, None)?;
                if !entry.file().is_of(&bytes) {
                    return Ok(nothing);
                }
                write_proven(self.disk, &path, Access::Shared, &bytes)?;
                self.copied_bytes += entry.bytes;
                self.mended.push(path);
            }
            done += entry.bytes;
            (self.on_progress)(done, total);
        }
        Ok(Kept { segments: before.sealed().to_vec(), tree })
    }

    /// Whether the directory's segment is as long as the backup's, and ends with the same tree.
    fn is_same(&self, entry: &SegmentEntry) -> Result<bool, BackupError> {
        let segment = |number| SegmentFile::of(&self.source.journal_dir, number);
        if segment(entry.number).length(self.disk)? != entry.bytes {
            return Ok(false);
        }
        let (size, root): (u64, Hash) =
            segment(entry.number + 1).start(self.disk, self.source.manifest.log_id)?;
        Ok(size == entry.last && hex(&root) == entry.root)
    }

    /// Whether a file of the backup has the hash that the catalogue states.
    fn is_good(&self, entry: &SegmentEntry, path: &Path) -> Result<bool, BackupError> {
        if !self.disk.exists(path).doing("look for", path)? {
            return Ok(false);
        }
        let file = self.disk.open_read(path).doing("open", path)?;
        if file.len().doing("measure", path)? != entry.bytes {
            return Ok(false);
        }
        file.forget().doing("read", path)?;
        Ok(entry.file().is_of(&self.disk.read(path).doing("read", path)?))
    }

    /// Has these bytes in the folder. A run that was cut off may have left them there.
    fn copy_segment(
        &mut self,
        before: Option<&EventsCatalogue>,
        entry: &SegmentEntry,
        bytes: &[u8],
    ) -> Result<(), BackupError> {
        let path = entry.path(&self.options.events_folder);
        if !is_there_with(self.disk, &path, bytes)? {
            write_proven(self.disk, &path, Access::Shared, bytes)?;
            self.copied_bytes += entry.bytes;
            if before.is_some_and(|before| before.segments.contains(entry)) {
                self.mended.push(path);
            }
        }
        // What is replaced is looked at too: a disk that loses bytes should be known.
        let replaced =
            before.and_then(|before| before.segments.iter().find(|old| old.number == entry.number));
        if let Some(old) = replaced
            && old != entry
            && !self.is_good(old, &old.path(&self.options.events_folder))?
        {
            self.mended.push(old.path(&self.options.events_folder));
        }
        Ok(())
    }

    /// Bytes of the directory that will be read.
    fn bytes_from(&self, first: u32) -> Result<u64, BackupError> {
        let mut bytes = self.source.head.end;
        for number in first..self.source.head.segment {
            bytes += SegmentFile::of(&self.source.journal_dir, number).length(self.disk)?;
        }
        Ok(bytes)
    }

    /// Without a catalogue, only what a first backup of this log left when it was cut off may lie in the folder.
    fn refuse_unexplained_segments(&self) -> Result<(), BackupError> {
        let folder = &self.options.events_folder;
        for name in names_if_there(self.disk, folder)? {
            let Some(number) = segment_number(&name) else { continue };
            let file = SegmentFile { number, path: folder.join(&name) };
            if file.start(self.disk, self.source.manifest.log_id).is_err() {
                return Err(BackupError::Unexplained { folder: folder.clone() });
            }
        }
        Ok(())
    }

    /// Removes the segments that the new catalogue replaces: all that they held is in those that it names.
    pub(super) fn remove_replaced(
        &self,
        before: Option<&EventsCatalogue>,
        now: &EventsCatalogue,
    ) -> Result<(), BackupError> {
        let folder = &self.options.events_folder;
        for old in before.iter().flat_map(|before| &before.segments) {
            let path = old.path(folder);
            if !now.segments.iter().any(|entry| entry.path(folder) == path) {
                self.remove(&path)?;
            }
        }
        for name in names_if_there(self.disk, folder)? {
            let path = folder.join(&name);
            if now.segments.iter().any(|entry| entry.path(folder) == path) {
                continue;
            }
            let Some(number) = segment_number(&name) else { continue };
            if let Some(entry) = now.segments.iter().find(|entry| entry.number == number)
                && self.is_beginning_of(&path, &entry.path(folder))?
            {
                self.remove(&path)?;
            }
        }
        self.remove_unfinished(folder, |name| name.ends_with(SEGMENT_SUFFIX))
    }
}

/// The number in the name of a segment of a backup.
fn segment_number(name: &str) -> Option<u32> {
    name.strip_suffix(SEGMENT_SUFFIX)?.get(..10)?.parse().ok()
}

/// The backup before knows the root at its position.
struct Witness<'a> {
    before: Option<&'a EventsCatalogue>,
    is_met: bool,
}

impl Witness<'_> {
    /// Compares once the tree is as large.
    fn look(&mut self, tree: &CompactTree) -> Result<(), BackupError> {
        let Some(before) = self.before.filter(|before| !self.is_met && before.position == tree.size()) else {
            return Ok(());
        };
        self.is_met = true;
        if hex(&tree.root()) == before.root {
            Ok(())
        } else {
            Err(BackupError::Fork { position: before.position })
        }
    }
}
