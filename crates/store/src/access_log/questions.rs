//! The two questions: who has looked at a person, and whom has somebody looked at.

use std::sync::Arc;

use uuid::Uuid;

use super::entry::{AccessEntry, StoredEntry};
use super::fault::{AccessDamage, AccessFault, AccessReadError};
use super::log::AccessLog;
use super::segment::{AccessSegment, Entries};

/// Entries, newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessLogPage {
    /// At most as many as were asked for.
    pub entries: Vec<AccessEntry>,
    /// Whether there are older ones.
    pub has_more: bool,
}

impl AccessLog {
    /// The entries that name a person, newest first, those older than one of them if that is given: at most `limit`.
    pub fn of_person(
        &self,
        person: Uuid,
        after: Option<u64>,
        limit: usize,
    ) -> Result<AccessLogPage, AccessReadError> {
        let newest = self.heads.read().person(&person);
        self.page(newest, after, limit, |entry| {
            entry.people().find_map(|(named, before)| (named == person).then_some(before))
        })
    }

    /// The entries that somebody has caused, newest first, those older than one of them if that is given: at most `limit`.
    pub fn of_actor(
        &self,
        actor: &str,
        after: Option<u64>,
        limit: usize,
    ) -> Result<AccessLogPage, AccessReadError> {
        let newest = self.heads.read().actor(actor);
        self.page(newest, after, limit, |entry| (entry.actor() == actor).then(|| entry.of_actor()))
    }

    /// Goes back from entry to entry; `before` gives the number of the one before, and nothing for an entry that is none of these.
    fn page(
        &self,
        newest: u64,
        after: Option<u64>,
        limit: usize,
        before: impl Fn(&StoredEntry<'_>) -> Option<u64>,
    ) -> Result<AccessLogPage, AccessReadError> {
        let mut reader = Reader { log: self, held: None };
        let mut next = match after {
            Some(number) if (1..=newest).contains(&number) => {
                let entry = reader.entry(number)?;
                before(&entry).ok_or(AccessReadError::NotOfThese(number))?
            }
            Some(number) => return Err(AccessReadError::NotOfThese(number)),
            None => newest,
        };
        let mut page = AccessLogPage { entries: Vec::new(), has_more: false };
        while next > 0 && page.entries.len() < limit {
            let entry = reader.entry(next)?;
            // Every number before is less than the entry's own, so this comes to an end.
            let older = before(&entry);
            page.entries.push(entry.to_entry());
            next = older.ok_or_else(|| self.missing(next))?;
        }
        page.has_more = next > 0;
        Ok(page)
    }

    fn missing(&self, number: u64) -> AccessReadError {
        let fault = AccessFault::EntryMissing { number };
        AccessDamage { path: self.dir().to_owned(), offset: 0, fault }.into()
    }

    fn segment_of(&self, number: u64) -> Result<Arc<AccessSegment>, AccessReadError> {
        let segments = self.segments.read();
        let after = segments.partition_point(|segment| segment.first <= number);
        let segment = after.checked_sub(1).and_then(|index| segments.get(index));
        segment.cloned().ok_or_else(|| self.missing(number))
    }
}

/// Entries that follow each other in a question often lie close together.
struct Reader<'a> {
    log: &'a AccessLog,
    held: Option<Entries>,
}

impl Reader<'_> {
    fn entry(&mut self, number: u64) -> Result<StoredEntry<'_>, AccessReadError> {
        if self.held.as_ref().is_none_or(|held| held.get(number).is_none()) {
            let segment = self.log.segment_of(number)?;
            self.held = Some(segment.entries_at(&*self.log.disk, number)?);
        }
        self.held.as_ref().and_then(|held| held.get(number)).ok_or_else(|| self.log.missing(number))
    }
}
