//! Somebody who may be seen, and what may be seen of the person.

use std::sync::Arc;

use async_graphql::Result;
use sigeyi_domain::access::{Action, Mask};
use sigeyi_engine::{AccessAction, HistoryEvent, PersonSummary, Reading};

use super::{Readable, Scope, purpose_of, resource};
use crate::schema::of_question;

/// Somebody who may be seen. Only a [`Scope`] makes one.
#[derive(Clone)]
pub(crate) struct Visible {
    reading: Arc<Reading>,
    summary: PersonSummary,
    mask: Mask,
}

/// One event of somebody, which may be seen with what it changed.
pub(crate) struct SeenHistory {
    /// The event.
    pub(crate) event: Readable,
    /// What the register says differently since.
    pub(crate) changes: Vec<sigeyi_engine::Change>,
    /// The event that voids it.
    pub(crate) voided_by: Option<sigeyi_engine::Position>,
}

impl Visible {
    pub(super) fn new(reading: &Arc<Reading>, summary: PersonSummary, mask: Mask) -> Visible {
        Visible { reading: reading.clone(), summary, mask }
    }

    /// The request's reading.
    pub(crate) fn reading(&self) -> &Arc<Reading> {
        &self.reading
    }

    /// What nobody could be recognised by.
    pub(crate) fn summary(&self) -> &PersonSummary {
        &self.summary
    }

    /// Whether names and numbers may be shown masked.
    pub(crate) fn is_masked(&self) -> bool {
        self.mask >= Mask::Masked
    }
}

impl Scope<'_> {
    /// Says that somebody of a list is shown.
    pub(crate) fn shows_listed(&self, person: &Visible) {
        let purpose = purpose_of(self.subject, Action::ListPeople, resource(&person.summary));
        self.shown.shows(AccessAction::People, purpose, [person.summary.id]);
    }

    /// Everything that was recorded of somebody.
    pub(crate) fn history(&self, person: &Visible) -> Result<Vec<SeenHistory>> {
        let id = person.summary.id;
        self.require(Action::ReadHistory, &person.summary)?;
        let purpose = purpose_of(self.subject, Action::ReadHistory, resource(&person.summary));
        self.shown.shows(AccessAction::History, purpose, [id]);
        let history = person.reading.history(id).map_err(of_question)?.unwrap_or_default();
        let seen = |HistoryEvent { logged, changes, voided_by, .. }| SeenHistory {
            event: Readable::of_history(logged),
            changes,
            voided_by,
        };
        Ok(history.into_iter().map(seen).collect())
    }
}
