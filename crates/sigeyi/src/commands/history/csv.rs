//! A history for a spreadsheet, a row for each entry. The columns are told in `docs/auditors.md`.

use std::io::Write;

use super::entry::{Entry, History};
use crate::{sink::WriteError, spreadsheet::cell};

const COLUMNS: [&str; 19] = [
    "person",
    "position",
    "version",
    "type",
    "label",
    "effective_on",
    "recorded_at",
    "recorded_after_days",
    "late",
    "region_code",
    "region",
    "actor",
    "office",
    "content",
    "changes",
    "voids",
    "voided_by",
    "corrects",
    "corrected_by",
];
/// Between several things in one cell.
const SEPARATOR: &str = "；";

pub(super) fn csv(history: &History, out: &mut dyn Write) -> Result<(), WriteError> {
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(COLUMNS)?;
    for entry in &history.entries {
        writer.write_record(row(history, entry))?;
    }
    Ok(writer.flush()?)
}

fn row(history: &History, entry: &Entry) -> [String; COLUMNS.len()] {
    let (code, name) = entry.region.as_ref().map_or(("", ""), |(code, name)| (code.as_str(), name.as_str()));
    let changes: Vec<String> = entry.changes().collect();
    [
        cell(&history.person),
        cell(&entry.position),
        entry.version.to_string(),
        cell(&entry.event_type),
        cell(&entry.label),
        cell(&entry.effective_on),
        entry.recorded_utc(),
        entry.recorded_after_days.to_string(),
        entry.is_late.to_string(),
        cell(code),
        cell(name),
        cell(&entry.actor),
        cell(&entry.office),
        cell(&entry.content().join(SEPARATOR)),
        cell(&changes.join(SEPARATOR)),
        cell(entry.voids.as_deref().unwrap_or_default()),
        cell(entry.voided_by.as_deref().unwrap_or_default()),
        cell(&entry.corrects.join(" ")),
        cell(&entry.corrected_by.join(" ")),
    ]
}
