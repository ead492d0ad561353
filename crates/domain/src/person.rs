//! The state of one person, folded from his or her events.

use std::hash::{DefaultHasher, Hash, Hasher};

use crate::{
    CertificateNumber, CitizenNumber, County, DataStatus, Day, EmploymentStatus, Event, EventType, Fact,
    FactKind, Identifier, NonEmploymentReason, Origin, Position, View, event::CounsellorRequested,
    fact::Detail,
};

/// One person: what [`decide`](crate::decide()) and the figures need, no name and no text.
///
/// The default is a person who is not enrolled. The first fact is always the enrolment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Person {
    citizen: Option<CitizenNumber>,
    facts: Vec<Fact>,
    said: Vec<Said>,
    named: Vec<(Position, Identifier)>,
    status: DataStatus,
}

/// One thing that has been said of the person, so that a roster that says it again says nothing new. Regions and employment count only from
/// rosters, since they hold from a day; certificates, names and phones also from offices. Held as a tag in the top byte; below it the value itself where
/// it fits, else the low 56 bits of a hash. In memory only, never stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Said(u64);

impl Said {
    pub(crate) fn certificate(number: CertificateNumber) -> Said {
        let value =
            (number.category() as u64) << 40 | (number.grade() as u64) << 32 | u64::from(number.reissue());
        Said(1 << 56 | value)
    }

    pub(crate) fn county(county: County) -> Said {
        Said(2 << 56 | u64::from(county.index()))
    }

    pub(crate) fn status(status: EmploymentStatus) -> Said {
        Said(match status {
            EmploymentStatus::Employed(form) => 3 << 56 | form as u64,
            EmploymentStatus::NotEmployed(reason) => 4 << 56 | reason as u64,
        })
    }

    pub(crate) fn name(name: &str) -> Said {
        Said::text(5, name)
    }

    pub(crate) fn phone(phone: &str) -> Said {
        Said::text(6, phone)
    }

    fn text(tag: u64, text: &str) -> Said {
        let mut hasher = DefaultHasher::new();
        text.hash(&mut hasher);
        Said(tag << 56 | hasher.finish() >> 8)
    }
}

impl Person {
    /// Facts of one person at most.
    pub const FACTS_MAX: usize = 4_096;
    /// More of them where they are about the use of the data, so that those of somebody with many records can be erased as well.
    pub const FACTS_OF_USE_MAX: usize = 256;

    /// A copy with room for so many more facts, so that evolving it moves nothing.
    pub fn to_evolve(&self, more: usize) -> Person {
        let mut facts = Vec::with_capacity(self.facts.len() + more);
        facts.extend_from_slice(&self.facts);
        let Person { citizen, said, named, status, .. } = self;
        Person { citizen: *citizen, facts, said: said.clone(), named: named.clone(), status: *status }
    }

    /// Whether there is such a person.
    pub fn is_enrolled(&self) -> bool {
        !self.facts.is_empty()
    }

    /// The citizen number; none before the enrolment, or when the sealed body could not be opened.
    pub fn citizen(&self) -> Option<CitizenNumber> {
        self.citizen
    }

    /// Every fact, in the order in which they were recorded.
    pub fn facts(&self) -> &[Fact] {
        &self.facts
    }

    /// The first day in the register.
    pub fn enrolled_on(&self) -> Option<Day> {
        self.facts.first().map(|fact| fact.day)
    }

    /// The fact that was recorded at a position.
    pub fn fact_at(&self, position: Position) -> Option<&Fact> {
        self.facts.binary_search_by_key(&position, |fact| fact.recorded).ok().map(|at| &self.facts[at])
    }

    /// Whom facts name, with their positions: the counsellor of an assignment, the maker of a restriction, the maker of a request for a counsellor
    /// and then the counsellor.
    pub fn named(&self) -> &[(Position, Identifier)] {
        &self.named
    }

    pub(crate) fn named_at(&self, recorded: Position) -> Option<&Identifier> {
        self.named.iter().find(|(position, _)| *position == recorded).map(|(_, id)| id)
    }

    /// What may be done with the data.
    pub fn data_status(&self) -> DataStatus {
        self.status
    }

    /// The county on a day, as known at a position.
    pub fn county(&self, as_of: Day, known_at: Position) -> Option<County> {
        let known = |fact: &&Fact| fact.county().is_some() && fact.is_known(known_at) && fact.day <= as_of;
        self.facts.iter().filter(known).max_by_key(|fact| (fact.day, fact.recorded))?.county()
    }

    pub(crate) fn has_said(&self, said: Said) -> bool {
        self.said.binary_search(&said).is_ok()
    }

    /// The leaving in force on a day.
    pub(crate) fn left(&self, as_of: Day) -> Option<&Fact> {
        let membership = |fact: &&Fact| {
            matches!(fact.kind, FactKind::Left | FactKind::Reinstated)
                && fact.voided == Position::LATEST
                && fact.day <= as_of
        };
        let latest = self.facts.iter().filter(membership).max_by_key(|fact| (fact.day, fact.recorded))?;
        (latest.kind == FactKind::Left).then_some(latest)
    }

    /// Folds an event of which nothing but type and day is folded, so that its bodies need not be read. Any other type changes nothing:
    /// [`EventType::bare_fact`] says which these are.
    pub fn evolve_by_type(&mut self, position: Position, effective: Day, event_type: EventType) {
        let takes = self.is_enrolled() && self.status != DataStatus::Erased;
        if let (true, Some(kind)) = (takes, event_type.bare_fact()) {
            self.facts.push(Fact::bare(position, effective, kind));
        }
    }

    /// Folds one event into the state. Total: it cannot fail, and an event that no command could have made changes nothing.
    pub fn evolve(&mut self, position: Position, effective: Day, event: &Event) {
        let first = matches!(event, Event::PersonEnrolled { .. });
        if first == self.is_enrolled() || self.status == DataStatus::Erased {
            return;
        }
        let fact = |kind| Fact::bare(position, effective, kind);
        let fact = match event {
            Event::PersonEnrolled { clear, .. } if clear.employed => {
                Fact { detail: Detail::employed(clear.form), ..fact(FactKind::Enrolled) }
            }
            Event::PersonEnrolled { .. } => fact(FactKind::Enrolled),
            Event::PersonCorrected { clear, .. } => match clear.employed {
                Some(employed) => Fact {
                    detail: if employed { Detail::employed(clear.form) } else { Detail::default() },
                    by_roster: clear.origin == Origin::Roster,
                    ..fact(FactKind::StatusCorrected)
                },
                None => fact(FactKind::DataCorrected),
            },
            Event::CertificateReissued { .. } => fact(FactKind::CertificateReissued),
            Event::DemandRegistered { .. } => fact(FactKind::DemandRegistered),
            Event::EmploymentStarted { clear, .. } => {
                Fact { detail: Detail::employed(Some(clear.form)), ..fact(FactKind::EmploymentStarted) }
            }
            Event::EmploymentEnded { .. } => fact(FactKind::EmploymentEnded),
            Event::PersonTransferred { clear, .. } => {
                let by_roster = clear.origin == Origin::Roster;
                Fact { county: clear.to.index(), by_roster, ..fact(FactKind::Transferred) }
            }
            Event::CounsellorAssigned { clear, .. } => {
                self.named.push((position, clear.counsellor.clone()));
                fact(FactKind::CounsellorAssigned)
            }
            Event::CounsellorRequested { clear, .. } => {
                let CounsellorRequested { maker, counsellor } = clear;
                self.named.extend([maker, counsellor].map(|id| (position, id.clone())));
                fact(FactKind::CounsellorRequested)
            }
            Event::ErasureRequested { clear, .. } => {
                self.named.push((position, clear.maker.clone()));
                Fact { detail: Detail::erasure(clear.ground), ..fact(FactKind::ErasureRequested) }
            }
            Event::DataRestricted { clear, .. } => {
                self.named.push((position, clear.maker.clone()));
                Fact { detail: Detail::restriction(clear.cause), ..fact(FactKind::Restricted) }
            }
            Event::RestrictionLifted { .. } => fact(FactKind::Lifted),
            Event::DataErased { .. } => return self.erase(position, effective),
            // They belong to nobody.
            Event::ReportFrozen { .. } | Event::HeadsCommitted { .. } => return,
            Event::InfoVerified { .. }
            | Event::VerificationAttempted { .. }
            | Event::AbilityAssessed { .. }
            | Event::AssessmentDeclined { .. }
            | Event::ServiceDelivered { .. }
            | Event::TrainingCompleted { .. }
            | Event::PersonLeft { .. }
            | Event::PersonReinstated { .. }
            | Event::CounsellorDeclined { .. } => {
                return self.evolve_by_type(position, effective, event.event_type());
            }
            // They belong to nobody.
            Event::RoleRequested { .. }
            | Event::RoleGranted { .. }
            | Event::RoleWithdrawn { .. }
            | Event::RoleDeclined { .. } => return,
            Event::RecordVoided { clear, .. } => {
                let named = self.facts.binary_search_by_key(&clear.record, |fact| fact.recorded);
                if let Some(voided) = named.ok().and_then(|at| self.facts.get_mut(at)) {
                    voided.voided = voided.voided.min(position);
                }
                fact(FactKind::Voiding)
            }
        };
        let fact = if let Event::PersonEnrolled { clear, .. } = event {
            self.said.reserve_exact(5);
            Fact { county: clear.county.index(), by_roster: clear.origin == Origin::Roster, ..fact }
        } else {
            fact
        };
        self.facts.push(fact);
        self.status = self.status.after(fact.kind);
        self.say_all(said_in_clear(&fact));
        self.open(position, event);
    }

    /// Forgets everything but that there was somebody, from when to when, and in which county last.
    fn erase(&mut self, position: Position, effective: Day) {
        let latest = View::latest(Day::MAX);
        let county = self.county(latest.as_of, latest.known_at).map_or(Fact::NO_COUNTY, County::index);
        let kept = |recorded, county, kind| Fact { county, ..Fact::bare(recorded, effective, kind) };
        let enrolled = self.facts.first().map_or(position, |enrolment| enrolment.recorded);
        let facts = vec![
            kept(enrolled, Fact::NO_COUNTY, FactKind::Enrolled),
            kept(position, county, FactKind::Erased),
        ];
        *self = Person { facts, status: DataStatus::Erased, ..Person::default() };
    }

    /// The part of [`evolve`](Self::evolve) that comes from sealed bodies: a snapshot keeps the rest, and opens these again when it is loaded.
    pub fn open(&mut self, position: Position, event: &Event) {
        if self.status == DataStatus::Erased {
            return;
        }
        let (status, detail) = match event {
            Event::PersonEnrolled { clear, sealed: Some(sealed) } => {
                self.citizen = Some(sealed.certificate.citizen());
                self.say(Said::certificate(sealed.certificate));
                self.say(Said::name(sealed.name.as_str()));
                self.say_all(sealed.phone.as_ref().map(|phone| Said::phone(phone.as_str())));
                not_employed(Some(clear.employed), sealed.reason)
            }
            Event::PersonCorrected { clear, sealed: Some(sealed) } => {
                self.say_all(sealed.name.as_ref().map(|name| Said::name(name.as_str())));
                self.say_all(sealed.phone.as_ref().map(|phone| Said::phone(phone.as_str())));
                not_employed(clear.employed, sealed.reason)
            }
            Event::CertificateReissued { sealed: Some(sealed), .. } => {
                self.say(Said::certificate(sealed.certificate));
                (None, None)
            }
            Event::DemandRegistered { sealed: Some(sealed), .. } => {
                (None, Some(Detail::need(matches!(sealed.demand, crate::Demand::Needs(_)))))
            }
            Event::EmploymentEnded { sealed: Some(sealed), .. } => {
                (None, Some(Detail::not_employed(Some(sealed.reason))))
            }
            _ => (None, None),
        };
        let Ok(at) = self.facts.binary_search_by_key(&position, |fact| fact.recorded) else { return };
        if let Some(detail) = detail {
            self.facts[at].detail = detail;
        }
        if self.facts[at].by_roster {
            self.say_all(status.map(Said::status));
        }
    }

    /// The state as a snapshot keeps it, before [`open`](Self::open) adds what is sealed.
    pub fn from_facts(facts: Vec<Fact>, named: Vec<(Position, Identifier)>) -> Person {
        let status = facts.iter().fold(DataStatus::default(), |status, fact| status.after(fact.kind));
        let mut person = Person { facts, named, status, ..Person::default() };
        let said: Vec<Said> = person.facts.iter().flat_map(said_in_clear).collect();
        person.said.reserve_exact(said.len() + 4);
        person.say_all(said);
        person
    }

    fn say(&mut self, said: Said) {
        if let Err(place) = self.said.binary_search(&said) {
            self.said.insert(place, said);
        }
    }

    fn say_all(&mut self, said: impl IntoIterator<Item = Said>) {
        said.into_iter().for_each(|said| self.say(said));
    }
}

/// What the clear part of an event has said: a county and an employment that a roster named. A sealed part may be absent because there was
/// nothing to seal, so nothing of this may depend on it.
fn said_in_clear(fact: &Fact) -> impl Iterator<Item = Said> + use<> {
    let county = fact.county().filter(|_| fact.by_roster).map(Said::county);
    let is_status = matches!(fact.kind, FactKind::Enrolled | FactKind::StatusCorrected);
    let status = fact.detail.status().filter(|_| is_status && fact.by_roster).map(Said::status);
    county.into_iter().chain(status)
}

/// What the sealed part adds for somebody who is not employed: the status with its reason.
fn not_employed(
    employed: Option<bool>,
    reason: Option<NonEmploymentReason>,
) -> (Option<EmploymentStatus>, Option<Detail>) {
    match employed {
        Some(false) => (reason.map(EmploymentStatus::NotEmployed), Some(Detail::not_employed(reason))),
        Some(true) | None => (None, None),
    }
}
