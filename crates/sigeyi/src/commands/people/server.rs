//! A list as a server gives it, page by page.

use serde::Deserialize;
use serde_json::{Value, json};
use sigeyi_domain::{Day, Figure, Step};
use sigeyi_engine::{KnownAt, Position};

use super::{
    Fixed, Question,
    listing::{Listed, Listing},
};
use crate::{
    commands::times::known_at,
    error::CliError,
    output::say_synthetic,
    remote::{Client, ServerError},
};

/// People whom a server gives on a page at most.
const PAGE: usize = 200;
const HEAD: &str = "{ head { position today synthetic } }";
/// At a moment somewhere in the log: which position that is.
const POSITION: &str = "
query At($filter: PeopleFilter, $knownAt: KnownAt) { people(filter: $filter, knownAt: $knownAt, first: 1) { position } }";
const QUERY: &str = "
query People($filter: PeopleFilter, $asOf: Date, $knownAt: KnownAt, $first: Int!, $after: String) {
  people(filter: $filter, asOf: $asOf, knownAt: $knownAt, first: $first, after: $after) {
    edges { waitingSince missing node { id region { code name } enrolledOn sex age counsellor } }
    pageInfo { hasNextPage endCursor }
  }
}";

#[derive(Deserialize)]
struct HeadAnswer {
    head: Head,
}

#[derive(Deserialize)]
struct Head {
    position: String,
    today: String,
    synthetic: bool,
}

#[derive(Deserialize)]
struct PositionAnswer {
    people: AtPosition,
}

#[derive(Deserialize)]
struct AtPosition {
    position: String,
}

#[derive(Deserialize)]
struct Answer {
    people: People,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct People {
    edges: Vec<Edge>,
    page_info: PageInfo,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PageInfo {
    has_next_page: bool,
    end_cursor: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Edge {
    waiting_since: Option<String>,
    missing: Vec<String>,
    node: Node,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Node {
    id: String,
    region: Option<Region>,
    enrolled_on: String,
    sex: Option<String>,
    age: Option<u8>,
    counsellor: Option<String>,
}

#[derive(Deserialize)]
struct Region {
    code: String,
    name: String,
}

pub(super) fn ask(client: &Client, question: &Question) -> Result<Listing, CliError> {
    let strange = || ServerError::Strange { url: client.url().clone() };
    let HeadAnswer { head } = client.run(HEAD, &json!({}))?;
    if head.synthetic {
        say_synthetic();
    }
    let position = |text: &str| text.parse().map(Position).map_err(|_| strange());
    // The log grows between the pages, so that all are asked for as known at one position.
    let known = match question.times.known_at {
        None => position(&head.position)?,
        Some(KnownAt::Position(position)) => position,
        Some(moment @ KnownAt::Moment(_)) => {
            let variables = json!({ "filter": filter(question, None), "knownAt": known_at(moment) });
            let PositionAnswer { people } = client.run(POSITION, &variables)?;
            position(&people.position)?
        }
    };
    let today = Day::parse(&head.today).map_err(|_| strange())?;
    let fixed = question.fixed(today, KnownAt::Position(known));
    let mut listing = Listing {
        plan: fixed.plan.id.clone(),
        as_of: fixed.as_of.to_string(),
        position: known.to_string(),
        head: head.position,
        people: Vec::new(),
        has_more: false,
    };
    let mut after: Option<String> = None;
    loop {
        let first = PAGE.min(question.limit - listing.people.len());
        let variables = json!({
            "filter": filter(question, Some(&fixed)),
            "asOf": fixed.as_of.to_string(),
            "knownAt": known_at(fixed.known_at),
            "first": first,
            "after": after,
        });
        let Answer { people } = client.run(QUERY, &variables)?;
        // A page that goes on and has nobody on it would be asked for without end.
        if people.page_info.has_next_page && people.edges.is_empty() {
            return Err(strange().into());
        }
        for edge in people.edges {
            listing.people.push(listed(edge).ok_or_else(strange)?);
        }
        listing.has_more = people.page_info.has_next_page;
        after = people.page_info.end_cursor;
        if !listing.has_more || listing.people.len() >= question.limit {
            return Ok(listing);
        }
    }
}

fn filter(question: &Question, fixed: Option<&Fixed>) -> Value {
    let missing = question.missing.as_ref().map(|steps| -> Vec<String> { steps.iter().map(name).collect() });
    json!({
        "region": question.region.map(|region| region.division().code.to_string()),
        "plan": fixed.map(|fixed| fixed.plan.id.as_str()),
        "missing": missing,
        "inScope": question.in_scope,
        "counsellor": question.counsellor.as_ref().map(|id| id.as_str()),
        "waitingSince": question.waiting_since.map(|day| day.to_string()),
    })
}

/// A step as the schema has it.
fn name(step: &Step) -> String {
    Figure::of_step(*step).name().to_ascii_uppercase()
}

/// None where a step is not known here.
fn listed(Edge { waiting_since, missing, node }: Edge) -> Option<Listed> {
    let step = |text: String| Step::ALL.iter().copied().find(|step| name(step) == text);
    Some(Listed {
        person: node.id,
        region: node.region.map(|Region { code, name }| (code, name)),
        enrolled_on: node.enrolled_on,
        sex: node.sex.map(|sex| if sex == "MALE" { "male" } else { "female" }),
        age: node.age,
        counsellor: node.counsellor,
        waiting_since,
        missing: missing.into_iter().map(step).collect::<Option<_>>()?,
    })
}
