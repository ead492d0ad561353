//! A difference in an open directory.

use sigeyi_domain::{Figure, Plan};
use sigeyi_engine::{
    AccessAction, DifferenceQuestion, Engine, FiguresDifference, KnownAt, LogEntry, LogEvent, Position,
    RevealedFields,
};
use uuid::Uuid;

use super::{
    Question,
    found::{Change, Difference, DifferenceEvent, ShownEvent},
};
use crate::{access_note::write_down, error::CliError};

/// Events that are looked for at a time: each time is a pass over everybody.
const PAGE: usize = 10_000;

pub(super) fn ask(engine: &Engine, question: &Question) -> Result<Difference, CliError> {
    let reading = engine.read();
    let day = question.before.as_of.unwrap_or(reading.at().today);
    let asked = DifferenceQuestion {
        region: question.region,
        plan: question.plan.unwrap_or_else(|| Plan::on(day)),
        before: question.before,
        after: question.after.or(Some(KnownAt::Position(reading.at().position))),
        figure: question.figure,
    };
    let mut after = Position::BEGINNING;
    let mut events = Vec::new();
    loop {
        let first = PAGE.min(question.limit - events.len());
        let found = reading.figures_difference(&asked, first, after)?;
        for event in &found.page {
            let entry = reading.event(event.position)?;
            events.push((event.voids, event.position, entry));
        }
        let Some(last) = found.page.last().filter(|_| found.has_next && events.len() < question.limit) else {
            return shown(engine, question, found, events);
        };
        after = last.position;
    }
}

fn shown(
    engine: &Engine,
    question: &Question,
    found: FiguresDifference,
    events: Vec<(Option<Position>, Position, Option<LogEntry>)>,
) -> Result<Difference, CliError> {
    let mut people: Vec<Uuid> = events.iter().filter_map(|(.., entry)| person(entry.as_ref()?)).collect();
    people.sort_unstable();
    people.dedup();
    if !people.is_empty() {
        write_down(engine, AccessAction::Events, &people, RevealedFields::NONE)?;
    }
    let division = question.region.division();
    let (was, is) = (found.before.counties.of(question.region), found.after.counties.of(question.region));
    let changed = Figure::ALL.into_iter().zip(found.changes);
    let changed = changed.filter(|(_, change)| change.gained + change.lost > 0);
    Ok(Difference {
        region_code: division.code.to_string(),
        region: division.name.to_owned(),
        plan: found.after.plan.id.clone(),
        as_of: found.after.as_of.to_string(),
        before: found.before.position.to_string(),
        after: found.after.position.to_string(),
        people: found.people,
        changes: changed
            .map(|(figure, change)| Change {
                figure: figure.name().to_owned(),
                label: figure.label().to_owned(),
                before: was.get(figure),
                after: is.get(figure),
                gained: change.gained,
                lost: change.lost,
            })
            .collect(),
        event_count: found.events,
        events: events
            .into_iter()
            .map(|(voids, position, entry)| DifferenceEvent {
                position: position.to_string(),
                voids: voids.map(|record| record.to_string()),
                shown: match entry {
                    Some(LogEntry::Event(event)) => Some(of_log(*event)),
                    Some(LogEntry::Withheld { .. }) | None => None,
                },
            })
            .collect(),
        has_more: found.has_next,
    })
}

fn person(entry: &LogEntry) -> Option<Uuid> {
    match entry {
        LogEntry::Event(event) => event.person,
        LogEntry::Withheld { .. } => None,
    }
}

fn of_log(event: LogEvent) -> ShownEvent {
    ShownEvent {
        person: event.person.map(|person| person.to_string()),
        event_type: event.event_type.name().to_owned(),
        label: event.event_type.label().to_owned(),
        effective_on: event.effective.to_string(),
        recorded_at: jiff::Timestamp::from_microsecond(event.recorded_at).ok(),
        region_code: event.region.map(|region| region.division().code.to_string()),
        actor: event.actor,
        office: event.office,
    }
}
