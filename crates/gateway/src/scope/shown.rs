//! Who was shown or refused in one request, for the access log.

use std::{collections::BTreeSet, sync::Arc};

use parking_lot::Mutex;
use sigeyi_domain::access::Purpose;
use sigeyi_engine::{AccessAction, AccessOutcome, AccessPurpose, RevealedFields};
use uuid::Uuid;

/// What is kept of one request; it goes with it to every resolver.
#[derive(Debug, Clone, Default)]
pub(crate) struct Shown(Arc<Mutex<Inner>>);

#[derive(Debug, Default)]
struct Inner {
    sightings: Vec<Sighting>,
    /// Some of the answer changes without an event, and must not be kept for the position.
    is_of_its_moment: bool,
}

/// People with what was done about them in one way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sighting {
    pub(crate) action: AccessAction,
    pub(crate) purpose: AccessPurpose,
    pub(crate) outcome: AccessOutcome,
    pub(crate) people: BTreeSet<Uuid>,
    pub(crate) fields: RevealedFields,
    pub(crate) reason: Option<String>,
}

impl Sighting {
    /// Of nobody yet, and nothing revealed.
    pub(crate) fn new(action: AccessAction, purpose: AccessPurpose, outcome: AccessOutcome) -> Sighting {
        let (people, fields) = (BTreeSet::new(), RevealedFields::NONE);
        Sighting { action, purpose, outcome, people, fields, reason: None }
    }

    /// Memory that it takes, about, in bytes.
    pub(crate) fn bytes(&self) -> usize {
        size_of::<Sighting>() + self.people.len() * 2 * size_of::<Uuid>()
    }
}

impl Shown {
    /// People are shown, masked.
    pub(crate) fn shows(
        &self,
        action: AccessAction,
        purpose: AccessPurpose,
        people: impl IntoIterator<Item = Uuid>,
    ) {
        self.add(Sighting::new(action, purpose, AccessOutcome::Shown), people);
    }

    /// People are told of under pseudonyms.
    pub(crate) fn counts(
        &self,
        action: AccessAction,
        purpose: AccessPurpose,
        people: impl IntoIterator<Item = Uuid>,
    ) {
        self.add(Sighting::new(action, purpose, AccessOutcome::Counted), people);
    }

    /// Something is refused, about somebody or nobody.
    pub(crate) fn denies(&self, action: AccessAction, person: Option<Uuid>) {
        self.add(Sighting::new(action, AccessPurpose::Unstated, AccessOutcome::Denied), person);
    }

    /// What was done for a reason, which stands by itself.
    pub(crate) fn says(&self, sighting: Sighting) {
        self.0.lock().sightings.push(sighting);
    }

    /// Before everything is asked again.
    pub(crate) fn forget(&self) {
        *self.0.lock() = Inner::default();
    }

    /// Everything so far.
    pub(crate) fn sightings(&self) -> Vec<Sighting> {
        self.0.lock().sightings.clone()
    }

    /// Says that some of the answer changes without an event.
    pub(crate) fn changes_by_itself(&self) {
        self.0.lock().is_of_its_moment = true;
    }

    /// Whether some of the answer changes without an event.
    pub(crate) fn is_of_its_moment(&self) -> bool {
        self.0.lock().is_of_its_moment
    }

    fn add(&self, sighting: Sighting, people: impl IntoIterator<Item = Uuid>) {
        let shown = &mut self.0.lock().sightings;
        let same = |it: &Sighting| {
            it.reason.is_none()
                && (it.action, it.purpose, it.outcome)
                    == (sighting.action, sighting.purpose, sighting.outcome)
        };
        let at = shown.iter().position(same).unwrap_or_else(|| {
            shown.push(sighting);
            shown.len() - 1
        });
        shown[at].people.extend(people);
    }
}

/// A purpose as the access log calls it.
pub(crate) fn logged_purpose(purpose: Purpose) -> AccessPurpose {
    match purpose {
        Purpose::Service => AccessPurpose::Service,
        Purpose::Management | Purpose::Audit => AccessPurpose::Supervision,
        Purpose::Research | Purpose::Operation => AccessPurpose::Other,
    }
}
