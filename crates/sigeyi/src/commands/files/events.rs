//! Events, a file for each month in which they were recorded. The file of a month that is over changes only where somebody is shown otherwise since.

use sigeyi_cloudevents::CloudEvents;
use sigeyi_domain::Day;
use sigeyi_engine::{Engine, LogEntry, LogEvent, LogFilter, Position, Reading};

use super::{
    error::FilesError,
    folder::Folder,
    manifest::FileEntry,
    month::Month,
    rows::Rows,
    table::{Cell, Column, Kind, filled, optional},
    withheld::Withheld,
};
use crate::{
    args::What,
    output::{number, progress_bar, say},
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

/// What is written, and where.
pub(super) struct Events<'e, 'f> {
    folder: &'e mut Folder<'f>,
    reading: &'e Reading,
    words: CloudEvents,
    filter: &'e LogFilter,
    withheld: Withheld<'e>,
}

/// The file of a month, with what is in it so far.
struct Open {
    rows: Rows,
    month: Month,
    first: Position,
    last: Position,
    count: u64,
    withheld: u64,
}

/// Writes every month whose file is not there, finished, unharmed, and without anybody who must not be in it.
pub(super) fn write(
    folder: &mut Folder<'_>,
    engine: &Engine,
    reading: &Reading,
    filter: &LogFilter,
) -> Result<(), FilesError> {
    let words = CloudEvents::of_log(engine.log_id());
    let withheld = Withheld::of(engine, reading)?;
    Events { folder, reading, words, filter, withheld }.write()
}

impl Events<'_, '_> {
    fn write(mut self) -> Result<(), FilesError> {
        let mut kept = 0;
        for entry in self.folder.take_finished() {
            let Some((first, last)) = entry.ends() else { break };
            let after = self.folder.through();
            // Without a filter there are no gaps. Whoever has made one has made more of them.
            let goes_on =
                if *self.filter == LogFilter::default() { first == after.next() } else { first > after };
            if !goes_on {
                break;
            }
            let is_there = self.folder.has(&entry)?;
            if is_there && entry.withheld_digest.as_ref() == Some(&self.withheld.digest(after, last)) {
                self.folder.keep(entry);
                kept += 1;
                continue;
            }
            let why = if is_there {
                "此后有人受到限制、解除限制或被删除，重写 is written anew: since it was written, somebody was restricted, erased, or is shown again"
            } else {
                "文件缺失或已改动，重写 is missing or was changed, and is written anew"
            };
            say(&format!("{}: {why}", entry.name));
            self.stretch(after, last)?;
        }
        self.stretch(self.folder.through(), self.reading.at().position)?;
        if kept > 0 {
            let kept = number(kept);
            say(&format!("{kept} 个已结束月份的文件未改动 files of finished months are unchanged"));
        }
        Ok(())
    }

    /// Writes the months of what comes after a position, up to another.
    fn stretch(&mut self, after: Position, last: Position) -> Result<(), FilesError> {
        let bar = progress_bar(last.0, "事件");
        let mut open: Option<Open> = None;
        let (mut through, mut line) = (after, String::new());
        while through < last {
            let most = EVENTS_AT_A_TIME.min((last.0 - through.0) as usize);
            let page = self.reading.events(through, self.filter, most, most)?;
            for entry in &page.events {
                let month = self.month(entry)?;
                if let Some(done) = open.take_if(|open| open.month != month) {
                    self.finish(done)?;
                }
                if open.is_none() {
                    let rows = self.folder.begin(&self.folder.month_file_name(month), &COLUMNS)?;
                    let first = entry.position();
                    open = Some(Open { rows, month, first, last: first, count: 0, withheld: 0 });
                }
                let Some(open) = &mut open else { continue };
                line.clear();
                self.words.write(entry, &mut line);
                open.rows.row(cells(entry), Some(&line)).map_err(|source| self.folder.failed(source))?;
                open.last = entry.position();
                open.count += 1;
                open.withheld += u64::from(matches!(entry, LogEntry::Withheld { .. }));
            }
            through = page.through;
            bar.set_position(through.0);
        }
        if let Some(done) = open {
            self.finish(done)?;
        }
        bar.finish_and_clear();
        Ok(())
    }

    fn month(&self, entry: &LogEntry) -> Result<Month, FilesError> {
        let recorded_at = match entry {
            LogEntry::Event(event) => event.recorded_at,
            LogEntry::Withheld { position } => self.reading.recorded_at(*position)?,
        };
        Ok(Month::of(Day::in_china(recorded_at)))
    }

    fn finish(&mut self, open: Open) -> Result<(), FilesError> {
        let Open { rows, month, first, last, count, withheld } = open;
        let sum = rows.finish().map_err(|source| self.folder.failed(source))?;
        let entry = FileEntry {
            name: self.folder.month_file_name(month),
            what: What::Events.name().to_owned(),
            month: Some(month.to_string()),
            // Recorded times never go back, so nothing can be recorded in it any more.
            is_finished: month < Month::of(self.reading.at().today),
            first: Some(first.to_string()),
            last: Some(last.to_string()),
            count,
            withheld: Some(withheld),
            withheld_digest: Some(self.withheld.digest(self.folder.through(), last)),
            bytes: sum.bytes,
            sha256: sum.sha256,
        };
        self.folder.add(entry)
    }
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
