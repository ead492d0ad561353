//! Lists of people, page by page.

use std::sync::Arc;

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use sigeyi_domain::{Figure, Identifier, Standing, Step, access::Action, divisions};
use sigeyi_engine::{ListedPerson, PeopleFilter, Reading, Times, lacking};
use uuid::Uuid;

use super::{
    codes::Code,
    errors::{fault, of_question},
    person::Person,
    reading::{offloaded, plan_or_current, view},
    region,
    scalars::{Date, Position},
};
use crate::scope::{Scope, Visible};

/// People on a page at most.
pub(crate) const PAGE_MAX: i32 = 200;

/// Which people. 筛选条件
#[derive(Debug, Default, InputObject)]
#[graphql(name = "PeopleFilter")]
pub(crate) struct PeopleFilterInput {
    /// Code of the region in which they are registered; without it everywhere that whoever asks may see. 地区
    region: Option<ID>,
    /// Id of the plan that says who is in scope and what is missing; without it the one in force. 方案
    plan: Option<ID>,
    /// In scope, and lacking at least one of these steps; an empty list means any step. Longest waiting first. 缺少的环节
    missing: Option<Vec<Code<Step>>>,
    /// In scope on the day, or not. 在范围
    in_scope: Option<bool>,
    /// Who has this counsellor. 就业辅导员
    counsellor: Option<ID>,
    /// In scope, and waiting since this day or longer. 等待起始
    waiting_since: Option<Date>,
}

pub(crate) struct PersonConnection {
    position: sigeyi_engine::Position,
    people: Vec<PersonEdge>,
    has_next: bool,
}

pub(crate) struct PersonEdge {
    person: Visible,
    standing: Standing,
    cursor: [u8; 16],
}

/// How a list goes on.
#[derive(SimpleObject)]
pub(crate) struct PageInfo {
    /// Whether others follow.
    has_next_page: bool,
    /// Whether others come before: not known when a list is read forwards, so always false.
    has_previous_page: bool,
    /// The cursor of the first on the page.
    start_cursor: Option<String>,
    /// The cursor of the last on the page: give it as `after`.
    end_cursor: Option<String>,
}

impl PeopleFilterInput {
    fn checked(self, scope: &Scope<'_>, reading: &Reading, times: Times) -> Result<PeopleFilter> {
        let region = self.region.map(|code| region::find(&code).ok_or_else(unknown_region)).transpose()?;
        let regions = scope.places(Action::ListPeople, region.map(|region| region.0))?;
        let reach = scope.reach(Action::ListPeople);
        let is_everywhere = reach.contains(&divisions().whole());
        let counsellor = self.counsellor.as_deref().map(|id| Identifier::parse(id)).transpose();
        Ok(PeopleFilter {
            plan: plan_or_current(self.plan.as_ref(), reading, times.as_of)?,
            times,
            regions,
            present_in: (!is_everywhere).then_some(reach),
            missing: self.missing.map(|steps| steps.into_iter().map(|step| step.0).collect()),
            in_scope: self.in_scope,
            counsellor: counsellor.map_err(|error| fault("BAD_IDENTIFIER", error.to_string()))?,
            waiting_since: self.waiting_since.map(|day| day.0),
        })
    }
}

/// A code that is on no list.
pub(crate) fn unknown_region() -> async_graphql::Error {
    fault("UNKNOWN_REGION", "no region has this code: take one that `regions` lists")
}

/// A page of at most [`PAGE_MAX`].
pub(crate) fn page_size(first: i32) -> Result<usize> {
    match usize::try_from(first) {
        Ok(size) if (1..=PAGE_MAX).contains(&first) => Ok(size),
        _ => Err(fault(
            "BAD_PAGE_SIZE",
            format!("`first` is 1 to {PAGE_MAX}: ask for the next page with `after`"),
        )),
    }
}

/// A page of the people who match.
pub(crate) async fn people(
    ctx: &Context<'_>,
    reading: Arc<Reading>,
    filter: PeopleFilterInput,
    times: Times,
    first: i32,
    after: Option<String>,
) -> Result<PersonConnection> {
    let first = page_size(first)?;
    let after = after.map(|cursor| decode(&cursor).ok_or_else(bad_cursor)).transpose()?;
    let scope = Scope::of(ctx)?;
    let filter = filter.checked(&scope, &reading, times)?;
    let view = view(ctx, &reading, times).await?;
    // Without a work list everybody may have to be looked at, which takes milliseconds.
    let is_short = filter.missing.is_some() && filter.counsellor.is_none() && view.is_none();
    let ask = move |reading: &Reading| reading.people(&filter, first, after).map_err(of_question);
    let page = if is_short { ask(&reading)? } else { offloaded(ctx, &reading, ask).await? };
    let edge = |listed: ListedPerson| {
        let ListedPerson { person, standing, cursor } = listed;
        Some(PersonEdge { person: scope.listed(&reading, person, view)?, standing, cursor })
    };
    Ok(PersonConnection {
        position: view.map_or(page.at.position, |view| sigeyi_engine::Position(view.known_at.0)),
        people: page.people.into_iter().filter_map(edge).collect(),
        has_next: page.has_next,
    })
}

/// A page of a list of people. 人员列表
#[Object]
impl PersonConnection {
    /// As known here. 位置
    async fn position(&self) -> Position {
        Position(self.position)
    }

    /// The people with their cursors.
    async fn edges(&self) -> &[PersonEdge] {
        &self.people
    }

    /// The people.
    async fn nodes(&self, ctx: &Context<'_>) -> Result<Vec<Person>> {
        let scope = Scope::of(ctx)?;
        Ok(self.people.iter().map(|edge| Person::listed(&scope, &edge.person)).collect())
    }

    /// How the list goes on.
    async fn page_info(&self) -> PageInfo {
        PageInfo {
            has_next_page: self.has_next,
            has_previous_page: false,
            start_cursor: self.people.first().map(|edge| encode(edge.cursor)),
            end_cursor: self.people.last().map(|edge| encode(edge.cursor)),
        }
    }
}

/// Somebody on a page.
#[Object]
impl PersonEdge {
    /// The place behind which the list goes on. It tells nothing about the person.
    async fn cursor(&self) -> String {
        encode(self.cursor)
    }

    /// The person. 人员
    async fn node(&self, ctx: &Context<'_>) -> Result<Person> {
        Ok(Person::listed(&Scope::of(ctx)?, &self.person))
    }

    /// Since when somebody in scope has been waiting under the filter's plan. 等待起始
    async fn waiting_since(&self) -> Option<Date> {
        self.standing.has(Figure::InScope).then(|| Date(self.standing.waiting_since()))
    }

    /// The steps that somebody in scope lacks under the filter's plan. 缺少的环节
    async fn missing(&self) -> Vec<Code<Step>> {
        let steps = if self.standing.has(Figure::InScope) { lacking(&self.standing) } else { Vec::new() };
        steps.into_iter().map(Code).collect()
    }
}

fn bad_cursor() -> async_graphql::Error {
    of_question(sigeyi_engine::QuestionError::BadCursor)
}

fn encode(cursor: [u8; 16]) -> String {
    Uuid::from_bytes(cursor).simple().to_string()
}

fn decode(cursor: &str) -> Option<[u8; 16]> {
    let is_simple = cursor.len() == 32 && cursor.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_simple.then(|| Uuid::parse_str(cursor).ok()).flatten().map(Uuid::into_bytes)
}
