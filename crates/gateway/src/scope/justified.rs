//! What must be justified: with a purpose that goes with the role, and with a reason, which are written down.

use std::sync::Arc;

use async_graphql::Result;
use sigeyi_domain::{
    access::{Action, Denial, Purpose, Resource, decide_access},
    divisions,
};
use sigeyi_engine::{AccessAction, AccessOutcome, Reading, RevealedFields};
use uuid::Uuid;

use super::{Scope, Sighting, decide, logged_purpose, resource};
use crate::schema::forbidden;

/// What for, why, and what is to be shown.
pub(crate) struct Justified {
    pub(crate) purpose: Purpose,
    pub(crate) reason: String,
    pub(crate) fields: RevealedFields,
}

impl Justified {
    fn sighting(self, action: AccessAction, outcome: AccessOutcome, person: Option<Uuid>) -> Sighting {
        Sighting {
            people: person.into_iter().collect(),
            fields: self.fields,
            reason: Some(self.reason),
            ..Sighting::new(action, logged_purpose(self.purpose), outcome)
        }
    }
}

impl Scope<'_> {
    /// Whose data may be shown in clear; nobody for somebody who may not be seen.
    pub(crate) fn reveal(
        &self,
        reading: &Arc<Reading>,
        id: Uuid,
        because: Justified,
    ) -> Result<Option<Uuid>> {
        let denied = |because: Justified, person| {
            let because = Justified { fields: RevealedFields::NONE, ..because };
            self.shown.says(because.sighting(AccessAction::Reveal, AccessOutcome::Denied, person));
        };
        let Some(person) = reading.person(id) else {
            denied(because, None);
            return Ok(None);
        };
        let whom = resource(&person);
        let grants = &self.subject.grants;
        match decide_access(grants, Action::RevealPersonalData, whom, because.purpose).allowed() {
            Ok(_) => {
                self.shown.says(because.sighting(AccessAction::Reveal, AccessOutcome::Revealed, Some(id)));
                Ok(Some(id))
            }
            Err(denial) => {
                denied(because, Some(id));
                let is_seen = decide(self.subject, Action::ReadPerson, whom).allowed();
                is_seen.map_or(Ok(None), |_| Err(forbidden(denial)))
            }
        }
    }

    /// Requires that one may look outside one's region at all. It is the same for somebody and for nobody.
    pub(crate) fn break_glass(&self, person: Option<Uuid>, because: Justified) -> Result<()> {
        let anywhere = Resource::Region(divisions().whole());
        let access = decide_access(&self.subject.grants, Action::BreakGlass, anywhere, because.purpose);
        let allowed = access.allowed();
        let outcome = if allowed.is_ok() { AccessOutcome::Counted } else { AccessOutcome::Denied };
        let action = if person.is_some() { AccessAction::Person } else { AccessAction::People };
        self.shown.says(because.sighting(action, outcome, person));
        allowed.map(|_| ()).map_err(|denial: Denial| forbidden(denial))
    }
}
