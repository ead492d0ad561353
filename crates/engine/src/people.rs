//! One person, and lists of people page by page.

use sigeyi_domain::{
    County, Day, Figure, Identifier, Person, Pipeline, Plan, Region, Sex, Standing, Step, View,
};
use sigeyi_envelope::Position;
use sigeyi_projections::{Board, Row, to_domain};
use uuid::Uuid;

use crate::{
    Engine,
    questions::{QuestionError, Times},
    reading::{At, Look, Reading},
};

/// Somebody, on a day and as known at a position: the request's, or others that were asked for. Nothing in it says who it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonSummary {
    /// Id.
    pub id: Uuid,
    /// The number of events of the person, whatever the two times: commands are sent with it.
    pub version: u32,
    /// The newest of them.
    pub position: Position,
    /// The first day in the register.
    pub enrolled_on: Day,
    /// In which county.
    pub county: Option<County>,
    /// Sex, from the citizen number.
    pub sex: Option<Sex>,
    /// Age in full years.
    pub age: Option<u8>,
    /// The counsellor.
    pub counsellor: Option<Identifier>,
}

/// How somebody stands in a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PersonPipeline {
    /// On this day: today, or the plan's last if it is over.
    pub as_of: Day,
    /// The four steps.
    pub pipeline: Pipeline,
    /// How the person counts.
    pub standing: Standing,
    /// Whether the person is employed; none before enrolment.
    pub is_employed: Option<bool>,
}

/// Which people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeopleFilter {
    /// Under which plan.
    pub plan: &'static Plan,
    /// On which day and as known when: without a day on the plan's, which is today or its last one.
    pub times: Times,
    /// Registered in one of these regions, as it counts on that day; none of them means nobody.
    pub regions: Vec<Region>,
    /// And registered in one of these today, whatever that day; without it anywhere. What somebody may see goes by where people
    /// are now.
    pub present_in: Option<Vec<Region>>,
    /// In scope, and lacking at least one of these steps; none of them means any step. Longest waiting first. Without it everybody, in the order
    /// of enrolment.
    pub missing: Option<Vec<Step>>,
    /// In scope or not.
    pub in_scope: Option<bool>,
    /// Who has this counsellor.
    pub counsellor: Option<Identifier>,
    /// Waiting since this day or longer.
    pub waiting_since: Option<Day>,
}

/// One of a list, with the place behind which the list goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedPerson {
    /// Who.
    pub person: PersonSummary,
    /// How the person counts in the filter's plan.
    pub standing: Standing,
    /// The place, sealed: it tells nobody anything.
    pub cursor: [u8; 16],
}

/// A page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeoplePage {
    /// Who is on it.
    pub people: Vec<ListedPerson>,
    /// Whether others follow.
    pub has_next: bool,
    /// As known here.
    pub at: At,
}

/// Somebody who lacks a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkItem {
    /// Who.
    pub person: Uuid,
    /// In which county.
    pub county: County,
    /// Waiting since the later of enrolment, the plan's first day and the return into scope.
    pub since: Day,
    /// Which steps are missing.
    pub missing: Vec<Step>,
}

/// A place in a list: the sort key of the last one seen, and a digest of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) since: Day,
    pub(crate) number: u32,
}

/// What an opened cursor must begin with.
const CURSOR_MARK: [u8; 4] = *b"sgy1";

impl Reading {
    /// Somebody, by id. None when there is no such person, or was none yet at the request's position, or the data must not be shown.
    pub fn person(&self, id: Uuid) -> Option<PersonSummary> {
        let (folded, at) = self.look();
        self.summary(folded.model.people().shown(id)?, at)
    }

    /// Somebody on a day, as known at a position. None as in [`person`](Self::person), and when the person was not in the register then.
    pub fn person_at(&self, id: Uuid, view: View) -> Option<PersonSummary> {
        let (folded, at) = self.look();
        self.summary_at(folded.model.people().shown(id)?, view, at)
    }

    /// The four steps of somebody in a plan.
    pub fn pipeline(&self, id: Uuid, plan: &'static Plan) -> Option<PersonPipeline> {
        self.pipeline_at(id, plan, self.present())
    }

    /// The same on a day, or the plan's last one if that is earlier, as known at a position.
    pub fn pipeline_at(&self, id: Uuid, plan: &'static Plan, view: View) -> Option<PersonPipeline> {
        let (folded, _) = self.look();
        let row = folded.model.people().shown(id)?;
        let as_of = view.as_of.min(plan.to);
        let view = View { as_of, ..view };
        let (pipeline, standing) = (row.person.pipeline(plan, view), row.person.standing(plan, view));
        Some(PersonPipeline { as_of, pipeline, standing, is_employed: row.person.is_employed(view) })
    }

    /// A page of a list, behind a cursor.
    pub fn people(
        &self,
        filter: &PeopleFilter,
        first: usize,
        after: Option<[u8; 16]>,
    ) -> Result<PeoplePage, QuestionError> {
        let after = after.map(|cursor| self.open_cursor(cursor, filter)).transpose()?;
        if filter.times != Times::default() {
            return self.people_then(filter, first, after);
        }
        let (folded, at) = self.look_at_newest();
        let mut found = match &filter.missing {
            Some(missing) => waiting(&folded, at, filter, missing, after, first + 1),
            None => enrolled(&folded, at, filter, after, first + 1),
        };
        let has_next = found.len() > first;
        found.truncate(first);
        let listed = |place: &Place| {
            let row = folded.model.people().row(place.number)?;
            Some(ListedPerson {
                person: self.summary(row, at)?,
                standing: folded.model.board(filter.plan)?.standing(place.number),
                cursor: self.seal_cursor(*place, filter),
            })
        };
        Ok(PeoplePage { people: found.iter().filter_map(listed).collect(), has_next, at })
    }

    fn summary(&self, row: &Row, at: At) -> Option<PersonSummary> {
        let summary = summary(row, View { as_of: at.today, known_at: to_domain(at.position) })?;
        Some(self.of_position(summary, at))
    }

    pub(crate) fn summary_at(&self, row: &Row, view: View, at: At) -> Option<PersonSummary> {
        let summary = summary(row, view).filter(|summary| summary.enrolled_on <= view.as_of)?;
        Some(self.of_position(summary, at))
    }

    /// The version is that of the request's position, or the request is asked again.
    fn of_position(&self, summary: PersonSummary, at: At) -> PersonSummary {
        if summary.position > at.position {
            self.move_on();
        }
        summary
    }

    pub(crate) fn seal_cursor(&self, place: Place, filter: &PeopleFilter) -> [u8; 16] {
        let mut cursor = [0; 16];
        cursor[..4].copy_from_slice(&CURSOR_MARK);
        cursor[4..8].copy_from_slice(&self.filter_digest(filter));
        cursor[8..12].copy_from_slice(&place.since.days().to_be_bytes());
        cursor[12..].copy_from_slice(&place.number.to_be_bytes());
        self.shared.keyring.vault.seal_cursor(cursor)
    }

    fn open_cursor(&self, sealed: [u8; 16], filter: &PeopleFilter) -> Result<Place, QuestionError> {
        let [m0, m1, m2, m3, d0, d1, d2, d3, s0, s1, s2, s3, n0, n1, n2, n3] =
            self.shared.keyring.vault.open_cursor(sealed);
        if [m0, m1, m2, m3] != CURSOR_MARK || [d0, d1, d2, d3] != self.filter_digest(filter) {
            return Err(QuestionError::BadCursor);
        }
        let since = Day::from_days(i32::from_be_bytes([s0, s1, s2, s3]));
        Ok(Place { since, number: u32::from_be_bytes([n0, n1, n2, n3]) })
    }

    fn filter_digest(&self, filter: &PeopleFilter) -> [u8; 4] {
        let PeopleFilter { plan, times, regions, present_in, missing, in_scope, counsellor, waiting_since } =
            filter;
        let codes = |regions: &Vec<Region>| -> Vec<u32> {
            regions.iter().map(|region| region.division().code).collect()
        };
        let (regions, present_in) = (codes(regions), present_in.as_ref().map(codes));
        let text = format!(
            "{} {times:?} {regions:?} {present_in:?} {missing:?} {in_scope:?} {counsellor:?} {waiting_since:?}",
            plan.id,
        );
        let [a, b, c, d, ..] = self.shared.keyring.vault.content_digest(&[b"people", text.as_bytes()]);
        [a, b, c, d]
    }
}

impl Engine {
    /// Who in a region lacks at least one of the steps, longest waiting first; no steps asked for means any step.
    pub fn work_list(
        &self,
        plan: &'static Plan,
        region: Region,
        missing: &[Step],
        first: usize,
    ) -> Vec<WorkItem> {
        let missing = Some(missing.to_vec());
        let filter = PeopleFilter {
            plan,
            times: Times::default(),
            regions: vec![region],
            present_in: None,
            missing,
            in_scope: None,
            counsellor: None,
            waiting_since: None,
        };
        let reading = self.read();
        let (folded, at) = reading.look();
        let missing = filter.missing.as_deref().unwrap_or_default();
        let item = |place: &Place| {
            let standing = folded.model.board(plan)?.standing(place.number);
            Some(WorkItem {
                person: folded.model.people().row(place.number)?.id,
                county: standing.county()?,
                since: place.since,
                missing: lacking(&standing),
            })
        };
        waiting(&folded, at, &filter, missing, None, first).iter().filter_map(item).collect()
    }
}

fn summary(row: &Row, view: View) -> Option<PersonSummary> {
    let View { as_of, known_at } = view;
    let enrolment = row.person.facts().first().filter(|fact| fact.recorded <= known_at)?;
    let citizen = row.person.citizen();
    Some(PersonSummary {
        id: row.id,
        version: row.head.version,
        position: row.head.position,
        enrolled_on: enrolment.day,
        county: row.person.county(as_of, known_at),
        sex: citizen.map(|citizen| citizen.sex()),
        age: citizen.map(|citizen| age(citizen, as_of)),
        counsellor: row.person.counsellor(as_of, known_at).cloned(),
    })
}

/// The steps that somebody lacks.
pub fn lacking(standing: &Standing) -> Vec<Step> {
    Step::ALL.iter().copied().filter(|step| !standing.has(Figure::of_step(*step))).collect()
}

/// The counties' work lists, merged: longest waiting first, then in the order of enrolment.
fn waiting(
    folded: &Look<'_>,
    at: At,
    filter: &PeopleFilter,
    missing: &[Step],
    after: Option<Place>,
    first: usize,
) -> Vec<Place> {
    let Some(board) = folded.model.board(filter.plan) else { return Vec::new() };
    if filter.in_scope == Some(false) {
        return Vec::new();
    }
    let after = after.map(|place| (place.since, place.number));
    let matches = |number: u32| {
        is_shown(folded, number)
            && matches_counsellor(folded, filter, number)
            && matches_presence(folded, at, filter, number)
    };
    let mut counties: Vec<County> =
        filter.regions.iter().flat_map(|region| &region.division().counties).copied().collect();
    counties.sort_unstable();
    counties.dedup();
    let mut lists: Vec<_> = counties
        .iter()
        .map(|county| {
            let list = board.waiting(*county, missing, after);
            let until = filter.waiting_since;
            list.take_while(move |one| until.is_none_or(|until| one.since <= until))
                .filter(|one| matches(one.number))
                .map(|one| (one.since, one.number))
                .peekable()
        })
        .collect();
    let mut found = Vec::with_capacity(first.min(1_024));
    while found.len() < first {
        let next = lists.iter_mut().enumerate().filter_map(|(at, list)| list.peek().map(|key| (*key, at)));
        let Some((_, at)) = next.min() else { break };
        found.extend(lists[at].next().map(|(since, number)| Place { since, number }));
    }
    found
}

/// Everybody who matches, in the order of enrolment.
fn enrolled(
    folded: &Look<'_>,
    at: At,
    filter: &PeopleFilter,
    after: Option<Place>,
    first: usize,
) -> Vec<Place> {
    let Some(board) = folded.model.board(filter.plan) else { return Vec::new() };
    let from = after.map_or(0, |place| place.number.saturating_add(1));
    (from..folded.model.people().len() as u32)
        .filter(|number| {
            matches_standing(board, filter, *number)
                && is_shown(folded, *number)
                && matches_counsellor(folded, filter, *number)
                && matches_presence(folded, at, filter, *number)
        })
        .take(first)
        .map(|number| Place { since: Day::MIN, number })
        .collect()
}

fn matches_standing(board: &Board, filter: &PeopleFilter, number: u32) -> bool {
    let standing = board.standing(number);
    let is_there =
        standing.county().is_some_and(|county| filter.regions.iter().any(|region| region.contains(county)));
    is_there
        && filter.in_scope.is_none_or(|in_scope| standing.has(Figure::InScope) == in_scope)
        && filter
            .waiting_since
            .is_none_or(|until| standing.has(Figure::InScope) && standing.waiting_since() <= until)
}

/// Restricted people count, and stand in no list.
fn is_shown(folded: &Look<'_>, number: u32) -> bool {
    folded.model.people().row(number).is_some_and(Row::is_shown)
}

fn matches_counsellor(folded: &Look<'_>, filter: &PeopleFilter, number: u32) -> bool {
    let Some(counsellor) = &filter.counsellor else { return true };
    let today = View::latest(folded.model.business_day());
    let person: Option<&Person> = folded.model.people().row(number).map(|row| &row.person);
    person.and_then(|person| person.counsellor(today.as_of, today.known_at)) == Some(counsellor)
}

fn matches_presence(folded: &Look<'_>, at: At, filter: &PeopleFilter, number: u32) -> bool {
    let Some(present_in) = &filter.present_in else { return true };
    let person = folded.model.people().row(number).map(|row| &row.person);
    person
        .and_then(|person| person.county(at.today, to_domain(at.position)))
        .is_some_and(|county| present_in.iter().any(|region| region.contains(county)))
}

/// Full years on a day.
fn age(citizen: sigeyi_domain::CitizenNumber, today: Day) -> u8 {
    let (year, ..) = citizen.birth();
    let years = (today.ymd().0 - year).clamp(0, 254) as u8;
    if citizen.birthday(years) > today { years.saturating_sub(1) } else { years }
}
