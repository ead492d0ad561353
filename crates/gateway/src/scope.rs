//! What whoever asks may see and do. Every resolver asks here: nobody and no event can be shown but as what a [`Scope`] or a
//! [`ReadableLog`] gives, and what nothing allows is denied. What is shown or refused is kept for the access log.

mod justified;
mod log;
mod recording;
mod seen;
mod shown;

use std::sync::Arc;

use async_graphql::{Context, Result};
use sigeyi_domain::{
    County, Region, View,
    access::{Access, Action, Denial, Mask, Purpose, Resource, decide_access, reach, usual_purpose},
    divisions,
};
use sigeyi_engine::{AccessAction, AccessPurpose, PersonSummary, Reading};
use uuid::Uuid;

pub(crate) use self::{
    justified::Justified,
    log::{Readable, ReadableLog, Trace},
    recording::import_regions,
    seen::{SeenHistory, Visible},
    shown::{Shown, Sighting, logged_purpose},
};
use crate::{schema::forbidden, subject::Subject};

/// What one subject may see and do, in one request.
pub(crate) struct Scope<'c> {
    subject: &'c Subject,
    shown: &'c Shown,
}

impl<'c> Scope<'c> {
    /// Of whoever has sent the request.
    pub(crate) fn of(ctx: &Context<'c>) -> Result<Scope<'c>> {
        Ok(Scope { subject: ctx.data::<Subject>()?, shown: ctx.data::<Shown>()? })
    }

    /// Whoever asks.
    pub(crate) fn subject(&self) -> &'c Subject {
        self.subject
    }

    /// What is kept for the access log.
    pub(crate) fn shown(&self) -> &'c Shown {
        self.shown
    }

    /// Somebody by id, at two times. Who is outside is answered as nobody is, and written down the same way: it takes as long. That somebody was
    /// not in the register then is something about the person, and is written down as a look.
    pub(crate) fn person(
        &self,
        reading: &Arc<Reading>,
        id: Uuid,
        action: Action,
        view: Option<View>,
    ) -> Option<Visible> {
        let present = reading.person(id);
        let mask = present.as_ref().map(|present| decide(self.subject, action, resource(present)).allowed());
        let act = access_action(action);
        match (present, mask) {
            (Some(present), Some(Ok(mask))) => {
                let whom = resource(&present);
                self.shown.shows(act, purpose_of(self.subject, action, whom), [id]);
                let then = view.map_or(Some(present), |view| reading.person_at(id, view))?;
                Some(Visible::new(reading, then, view, whom, mask))
            }
            (present, _) => {
                self.shown.denies(act, present.map(|present| present.id));
                None
            }
        }
    }

    /// Whether something about somebody may be seen that not everybody sees who sees the person: an error for those, and no for somebody
    /// who is answered as nobody is.
    pub(crate) fn may_see(&self, reading: &Arc<Reading>, id: Uuid, action: Action) -> Result<bool> {
        let act = access_action(action);
        let Some(person) = reading.person(id) else {
            self.shown.denies(act, None);
            return Ok(false);
        };
        let whom = resource(&person);
        match decide(self.subject, action, whom).allowed() {
            Ok(_) => {
                self.shown.shows(act, purpose_of(self.subject, action, whom), [id]);
                Ok(true)
            }
            Err(denial) => {
                self.shown.denies(act, Some(id));
                let is_seen = decide(self.subject, Action::ReadPerson, whom).allowed();
                is_seen.map_or(Ok(false), |_| Err(forbidden(denial)))
            }
        }
    }

    /// Says that it is shown that somebody looked at people.
    pub(crate) fn shows_accesses(&self, people: impl IntoIterator<Item = Uuid>) {
        let purpose = purpose_of(self.subject, Action::ReadAccessByUser, Resource::WholeLog);
        self.shown.shows(AccessAction::AccessLog, purpose, people);
    }

    /// Somebody of a list, which was asked for within [`places`](Self::places), at two times or else at the request's own. Looked at again, since a
    /// list goes by a day that need not be today.
    pub(crate) fn listed(
        &self,
        reading: &Arc<Reading>,
        summary: PersonSummary,
        view: Option<View>,
    ) -> Option<Visible> {
        let whom = match view {
            Some(_) => resource(&reading.person(summary.id)?),
            None => resource(&summary),
        };
        let mask = decide(self.subject, Action::ListPeople, whom).allowed().ok()?;
        Some(Visible::new(reading, summary, view, whom, mask))
    }

    /// Requires a right about somebody who may be seen.
    pub(crate) fn require(&self, action: Action, person: &Visible) -> Result<Mask> {
        decide(self.subject, action, person.whom()).allowed().map_err(|denial| {
            self.shown.denies(access_action(action), Some(person.summary().id));
            forbidden(denial)
        })
    }

    /// Whether whoever asks decides something about somebody, of whom nothing else may be shown. It is written down as a look at the person.
    pub(crate) fn decides(&self, action: Action, id: Uuid, county: Option<County>) -> bool {
        let whom = county.map_or(Resource::WholeLog, |county| Resource::Person { id, county });
        let is_allowed = decide(self.subject, action, whom).allowed().is_ok();
        if is_allowed {
            self.shown.shows(access_action(action), purpose_of(self.subject, action, whom), [id]);
        }
        is_allowed
    }

    /// Requires a right over a region as a whole.
    pub(crate) fn region(&self, action: Action, region: Region) -> Result<Mask> {
        decide(self.subject, action, Resource::Region(region)).allowed().map_err(|denial| {
            self.shown.denies(access_action(action), None);
            forbidden(denial)
        })
    }

    /// What is shown over a region as a whole, if anything: for what is answered as if it were not there. Nothing about people.
    pub(crate) fn mask(&self, action: Action, region: Region) -> Option<Mask> {
        decide(self.subject, action, Resource::Region(region)).allowed().ok()
    }

    /// The region of figures: the one that is named, or the only one that somebody reads, or the whole.
    pub(crate) fn figures(&self, named: Option<Region>) -> Result<(Region, Mask)> {
        let region = named.unwrap_or_else(|| match self.reach(Action::ReadFigures)[..] {
            [only] => only,
            _ => divisions().whole(),
        });
        Ok((region, self.region(Action::ReadFigures, region)?))
    }

    /// The regions of a list: the one that is named, or all that somebody reaches.
    pub(crate) fn places(&self, action: Action, named: Option<Region>) -> Result<Vec<Region>> {
        if let Some(region) = named {
            return self.region(action, region).map(|_| vec![region]);
        }
        let regions = self.reach(action);
        if regions.is_empty() {
            self.shown.denies(access_action(action), None);
            return Err(forbidden(Denial::NotPermitted));
        }
        Ok(regions)
    }

    /// Where an action is allowed.
    pub(crate) fn reach(&self, action: Action) -> Vec<Region> {
        reach_of(self.subject, action)
    }
}

/// The decision for the purpose that goes with the role. What must be justified is decided with its purpose, not here.
fn decide(subject: &Subject, action: Action, resource: Resource) -> Access {
    match usual_purpose(&subject.grants, action, resource) {
        Some(purpose) => decide_access(&subject.grants, action, resource, purpose),
        None => Access::Deny(Denial::OtherPurpose),
    }
}

/// For what purpose somebody may read every event as it is stored: whoever audits the whole, and nobody else.
pub(crate) fn audit_of_whole(subject: &Subject) -> Option<AccessPurpose> {
    let reads = |action| reach(&subject.grants, action, Purpose::Audit).contains(&divisions().whole());
    let is_auditor = [Action::ReadProofs, Action::ReadEvents].into_iter().all(reads);
    is_auditor.then_some(logged_purpose(Purpose::Audit))
}

/// The regions in which an action is allowed for whatever purpose goes with a role, none within another.
fn reach_of(subject: &Subject, action: Action) -> Vec<Region> {
    let of_purpose = |purpose: &Purpose| reach(&subject.grants, action, *purpose);
    let mut regions: Vec<Region> = Purpose::ALL.iter().flat_map(of_purpose).collect();
    regions.sort_unstable();
    regions.dedup();
    let all = regions.clone();
    regions.retain(|region| !all.iter().any(|other| other != region && other.covers(*region)));
    regions
}

/// Who has no county that is known belongs to the log as a whole.
fn resource(person: &PersonSummary) -> Resource {
    match person.county {
        Some(county) => Resource::Person { id: person.id, county },
        None => Resource::WholeLog,
    }
}

/// What for, as the access log calls it, where nothing was stated.
fn purpose_of(subject: &Subject, action: Action, resource: Resource) -> AccessPurpose {
    usual_purpose(&subject.grants, action, resource).map_or(AccessPurpose::Unstated, logged_purpose)
}

/// As the access log calls it.
fn access_action(action: Action) -> AccessAction {
    match action {
        Action::LookUpByNumber => AccessAction::PersonByCertificate,
        Action::ListPeople => AccessAction::People,
        Action::ReadHistory => AccessAction::History,
        Action::ReadEvents | Action::ReadPseudonymousStream => AccessAction::Events,
        Action::RevealPersonalData => AccessAction::Reveal,
        Action::ReadAccessOfPerson | Action::ReadAccessByUser => AccessAction::AccessLog,
        Action::Export => AccessAction::Export,
        // Commands are about one person each, and figures are refused without naming anybody.
        _ => AccessAction::Person,
    }
}
