//! Events, a file for each month in which they were recorded. The file of a month that is over never changes.

use sigeyi_cloudevents::CloudEvents;
use sigeyi_domain::Day;
use sigeyi_engine::{LogEntry, LogEvent, LogFilter, Position, Reading};

use super::{
    error::FilesError,
    folder::Folder,
    manifest::FileEntry,
    month::Month,
    rows::Rows,
    table::{Cell, Column, Kind, filled, optional},
};
use crate::{
    args::What,
    output::{progress_bar, say},
};

/// Events that are read at a time.
const EVENTS_AT_A_TIME: usize = 4_096;
/// Type of what stands at a place that must not be shown.
const WITHHELD: &str = "Withheld";

pub(super) const COLUMNS: [Column; 8] = [
    filled("position", Kind::Number),
    filled("type", Kind::Text),
    optional("schema", Kind::Number),
    optional("effective_on", Kind::Day),
    optional("recorded_at", Kind::Moment),
    optional("region", Kind::Text),
    optional("person", Kind::Text),
    optional("data", Kind::Text),
];

/// The file of a month, with what is in it so far.
struct Open {
    rows: Rows,
    month: Month,
    first: Position,
    last: Position,
    count: u64,
    withheld: u64,
}

/// Writes every month from the first one whose file is not there, finished and unharmed.
pub(super) fn write(
    folder: &mut Folder<'_>,
    reading: &Reading,
    words: &CloudEvents,
) -> Result<(), FilesError> {
    let (head, today) = (reading.at().position, reading.at().today);
    let kept = folder.keep_finished_events()?;
    let bar = progress_bar(head.0, "事件");
    let mut open: Option<Open> = None;
    let (mut through, mut line) = (kept, String::new());
    while through < head {
        let page = reading.events(through, &LogFilter::default(), EVENTS_AT_A_TIME, EVENTS_AT_A_TIME)?;
        for entry in &page.events {
            let recorded_at = match entry {
                LogEntry::Event(event) => event.recorded_at,
                LogEntry::Withheld { position } => reading.recorded_at(*position)?,
            };
            let month = Month::of(Day::in_china(recorded_at));
            if let Some(done) = open.take_if(|open| open.month != month) {
                finish(folder, done, today)?;
            }
            if open.is_none() {
                let rows = folder.begin(&name(folder, month), &COLUMNS)?;
                let first = entry.position();
                open = Some(Open { rows, month, first, last: first, count: 0, withheld: 0 });
            }
            let Some(open) = &mut open else { continue };
            line.clear();
            words.write(entry, &mut line);
            open.rows.row(cells(entry), Some(&line)).map_err(|source| folder.failed(source))?;
            open.last = entry.position();
            open.count += 1;
            open.withheld += u64::from(matches!(entry, LogEntry::Withheld { .. }));
        }
        through = page.through;
        bar.set_position(through.0);
    }
    if let Some(done) = open {
        finish(folder, done, today)?;
    }
    bar.finish_and_clear();
    if kept > Position::BEGINNING {
        say(&format!(
            "到位置 {kept} 的文件已有，未改动 the files through position {kept} were there and are unchanged"
        ));
    }
    Ok(())
}

fn name(folder: &Folder<'_>, month: Month) -> String {
    folder.file_name(&format!("events-{month}"))
}

fn finish(folder: &mut Folder<'_>, open: Open, today: Day) -> Result<(), FilesError> {
    let Open { rows, month, first, last, count, withheld } = open;
    let sum = rows.finish().map_err(|source| folder.failed(source))?;
    let entry = FileEntry {
        name: name(folder, month),
        what: What::Events.name().to_owned(),
        month: Some(month.to_string()),
        // Recorded times never go back, so nothing can be recorded in it any more.
        is_finished: month < Month::of(today),
        first: Some(first.to_string()),
        last: Some(last.to_string()),
        count,
        withheld: Some(withheld),
        bytes: sum.bytes,
        sha256: sum.sha256,
    };
    folder.add(entry)
}

fn cells(entry: &LogEntry) -> Vec<Cell> {
    match entry {
        LogEntry::Event(event) => of_event(event),
        LogEntry::Withheld { position } => {
            let mut cells = vec![Cell::Empty; COLUMNS.len()];
            cells[0] = position.0.into();
            cells[1] = Cell::text(WITHHELD);
            cells
        }
    }
}

fn of_event(event: &LogEvent) -> Vec<Cell> {
    vec![
        event.position.0.into(),
        Cell::text(event.event_type.name()),
        u64::from(event.schema).into(),
        event.effective.into(),
        Cell::Moment(event.recorded_at),
        event.region.map(|region| region.division().code.to_string()).into(),
        event.person.map(|person| person.to_string()).into(),
        Cell::text(if event.clear.is_empty() { "{}" } else { &event.clear }),
    ]
}
