//! Somebody who may be seen, and what may be seen of the person.

use std::sync::Arc;

use async_graphql::Result;
use sigeyi_domain::{
    Lateness, View,
    access::{Action, Mask, Resource},
};
use sigeyi_engine::{AccessAction, HistoryEvent, PersonSummary, Reading};

use super::{Readable, Scope, purpose_of};
use crate::schema::of_question;

/// Somebody who may be seen, at two times. Only a [`Scope`] makes one, by where the person is now.
#[derive(Clone)]
pub(crate) struct Visible {
    reading: Arc<Reading>,
    summary: PersonSummary,
    view: View,
    /// What decides about access.
    whom: Resource,
    mask: Mask,
}

/// One event of somebody, which may be seen with what it changed and what it has to do with the person's other events.
pub(crate) struct SeenHistory {
    /// The event.
    pub(crate) event: Readable,
    /// What the register says differently since.
    pub(crate) changes: Vec<sigeyi_engine::Change>,
    /// The record that it voids.
    pub(crate) voids: Option<sigeyi_engine::Position>,
    /// The event that voids it.
    pub(crate) voided_by: Option<sigeyi_engine::Position>,
    /// Whose values it replaces.
    pub(crate) corrects: Vec<sigeyi_engine::Position>,
    /// Who replaces its values.
    pub(crate) corrected_by: Vec<sigeyi_engine::Position>,
    /// Whether it was recorded after the figures of its month.
    pub(crate) lateness: Lateness,
}

impl Visible {
    pub(super) fn new(
        reading: &Arc<Reading>,
        summary: PersonSummary,
        view: Option<View>,
        whom: Resource,
        mask: Mask,
    ) -> Visible {
        let view = view.unwrap_or_else(|| reading.present());
        Visible { reading: reading.clone(), summary, view, whom, mask }
    }

    /// What access to the person is decided by: the person's present county.
    pub(super) fn whom(&self) -> Resource {
        self.whom
    }

    /// The two times at which the person is looked at.
    pub(crate) fn view(&self) -> View {
        self.view
    }

    /// The request's reading.
    pub(crate) fn reading(&self) -> &Arc<Reading> {
        &self.reading
    }

    /// What nobody could be recognised by, at the two times.
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
        let purpose = purpose_of(self.subject, Action::ListPeople, person.whom);
        self.shown.shows(AccessAction::People, purpose, [person.summary.id]);
    }

    /// Everything that was recorded of somebody.
    pub(crate) fn history(&self, person: &Visible) -> Result<Vec<SeenHistory>> {
        let id = person.summary.id;
        self.require(Action::ReadHistory, person)?;
        let purpose = purpose_of(self.subject, Action::ReadHistory, person.whom);
        self.shown.shows(AccessAction::History, purpose, [id]);
        let history = person.reading.history_at(id, person.view).map_err(of_question)?.unwrap_or_default();
        let seen = |event: HistoryEvent| SeenHistory {
            event: Readable::of_history(event.logged),
            changes: event.changes,
            voids: event.voids,
            voided_by: event.voided_by,
            corrects: event.corrects,
            corrected_by: event.corrected_by,
            lateness: event.lateness,
        };
        Ok(history.into_iter().map(seen).collect())
    }
}
