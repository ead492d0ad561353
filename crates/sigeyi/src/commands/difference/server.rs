//! A difference as a server gives it, its events page by page.

use serde::Deserialize;
use serde_json::json;
use sigeyi_domain::{EventType, Figure};

use super::{
    Question,
    found::{Change, Difference, DifferenceEvent, ShownEvent},
};
use crate::{
    commands::{history::graphql_name, times::known_at},
    error::CliError,
    output::say_synthetic,
    remote::{Client, ServerError},
};

/// Events that a server gives on a page at most.
const PAGE: usize = 200;
const QUERY: &str = "
query Difference($region: ID, $plan: ID, $asOf: Date, $a: KnownAt!, $b: KnownAt, $figure: Figure, $first: Int, $after: Position, $listed: Boolean!) {
  figuresDiff(region: $region, plan: $plan, asOf: $asOf, knownAtA: $a, knownAtB: $b, figure: $figure, first: $first, after: $after) {
    region { code name }
    plan { id }
    asOf
    before { position }
    after { position }
    people
    changes { figure label before after gained lost }
    eventCount
    events @include(if: $listed) { voids event { position withheld type label personId effectiveOn recordedAt region { code } actor office } }
    pageInfo { hasNextPage endCursor }
  }
  head { synthetic }
}";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    figures_diff: FiguresDiff,
    head: Head,
}

#[derive(Deserialize)]
struct Head {
    synthetic: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct FiguresDiff {
    region: Region,
    plan: Plan,
    as_of: String,
    before: At,
    after: At,
    people: u32,
    changes: Vec<FigureChange>,
    event_count: u64,
    #[serde(default)]
    events: Vec<DiffEvent>,
    page_info: PageInfo,
}

#[derive(Deserialize)]
struct Region {
    code: String,
    #[serde(default)]
    name: String,
}

#[derive(Deserialize)]
struct Plan {
    id: String,
}

#[derive(Deserialize)]
struct At {
    position: String,
}

#[derive(Deserialize)]
struct FigureChange {
    figure: String,
    label: String,
    before: u32,
    after: u32,
    gained: u32,
    lost: u32,
}

#[derive(Deserialize)]
struct DiffEvent {
    voids: Option<String>,
    event: Event,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event {
    position: String,
    withheld: bool,
    #[serde(rename = "type")]
    event_type: Option<String>,
    label: Option<String>,
    person_id: Option<String>,
    effective_on: Option<String>,
    recorded_at: Option<String>,
    region: Option<Region>,
    actor: Option<String>,
    office: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PageInfo {
    has_next_page: bool,
    end_cursor: String,
}

pub(super) fn ask(client: &Client, question: &Question) -> Result<Difference, CliError> {
    let mut plan = question.plan.map(|plan| plan.id.clone());
    let mut as_of = question.before.as_of.map(|day| day.to_string());
    let mut then = question.after.map(known_at);
    let mut cursor: Option<String> = None;
    let mut events: Vec<DifferenceEvent> = Vec::new();
    loop {
        let first = PAGE.min(question.limit - events.len()).max(1);
        let variables = json!({
            "region": question.region.division().code.to_string(),
            "plan": plan,
            "asOf": as_of,
            "a": question.before.known_at.map(known_at),
            "b": then,
            "figure": question.figure.map(|figure| figure.name().to_ascii_uppercase()),
            "first": first,
            "after": cursor,
            "listed": question.limit > 0,
        });
        let Answer { figures_diff: mut found, head } = client.run(QUERY, &variables)?;
        if cursor.is_none() && head.synthetic {
            say_synthetic();
        }
        events.extend(std::mem::take(&mut found.events).into_iter().map(event));
        let PageInfo { has_next_page, end_cursor } = &found.page_info;
        if !has_next_page || events.len() >= question.limit {
            return Ok(shown(found, events));
        }
        // The cursor of a page moves on, or it would be asked for without end.
        if cursor.as_ref() == Some(end_cursor) {
            return Err(ServerError::Strange { url: client.url().clone() }.into());
        }
        cursor = Some(end_cursor.clone());
        // The log grows and the day turns between the pages, so that all are asked for of the same day, as known at the same positions.
        (plan, as_of) = (Some(found.plan.id), Some(found.as_of));
        then = Some(json!({ "position": found.after.position }));
    }
}

fn shown(found: FiguresDiff, events: Vec<DifferenceEvent>) -> Difference {
    Difference {
        region_code: found.region.code,
        region: found.region.name,
        plan: found.plan.id,
        as_of: found.as_of,
        before: found.before.position,
        after: found.after.position,
        people: found.people,
        changes: found.changes.into_iter().map(change).collect(),
        event_count: found.event_count,
        events,
        has_more: found.page_info.has_next_page,
    }
}

fn change(change: FigureChange) -> Change {
    let known = Figure::ALL.into_iter().find(|figure| figure.name().to_ascii_uppercase() == change.figure);
    Change {
        figure: known.map_or(change.figure, |figure| figure.name().to_owned()),
        label: change.label,
        before: change.before,
        after: change.after,
        gained: change.gained,
        lost: change.lost,
    }
}

fn event(DiffEvent { voids, event }: DiffEvent) -> DifferenceEvent {
    let event_type = event.event_type.unwrap_or_default();
    let known = EventType::ALL.iter().find(|known| graphql_name(known.name()) == event_type);
    let shown = ShownEvent {
        person: event.person_id,
        event_type: known.map_or(event_type, |known| known.name().to_owned()),
        label: event.label.unwrap_or_default(),
        effective_on: event.effective_on.unwrap_or_default(),
        recorded_at: event.recorded_at.and_then(|at| at.parse().ok()),
        region_code: event.region.map(|region| region.code),
        actor: event.actor.unwrap_or_default(),
        office: event.office.unwrap_or_default(),
    };
    DifferenceEvent { position: event.position, voids, shown: (!event.withheld).then_some(shown) }
}
