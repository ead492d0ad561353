//! A history as programs read it: as one value, or a line for each entry.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::entry::{Change, Entry, History};

pub(super) fn json(history: &History) -> String {
    let entries: Vec<Value> = history.entries.iter().map(value).collect();
    format!(
        "{:#}\n",
        json!({
            "person": history.person,
            "log": history.log,
            "as_of": history.as_of,
            "position": history.position,
            "events": entries,
        })
    )
}

/// The last line says of whom it was, how many lines there are before it, and as known where: without it the lines are not all.
pub(super) fn ndjson(history: &History, out: &mut dyn Write) -> io::Result<()> {
    for entry in &history.entries {
        writeln!(out, "{}", value(entry))?;
    }
    let end = json!({
        "person": history.person,
        "log": history.log,
        "as_of": history.as_of,
        "position": history.position,
        "count": history.entries.len(),
    });
    writeln!(out, "{end}")
}

fn value(entry: &Entry) -> Value {
    let change =
        |Change { field, before, after }: &Change| json!({"field": field, "before": before, "after": after});
    let (code, name) = entry.region.as_ref().map(|(code, name)| (code, name)).unzip();
    json!({
        "position": entry.position,
        "version": entry.version,
        "type": entry.event_type,
        "label": entry.label,
        "effective_on": entry.effective_on,
        "recorded_at": entry.recorded_utc(),
        "recorded_after_days": entry.recorded_after_days,
        "late": entry.is_late,
        "region_code": code,
        "region": name,
        "actor": entry.actor,
        "office": entry.office,
        "clear": entry.clear,
        "sealed": entry.sealed,
        "changes": entry.changes.iter().map(change).collect::<Vec<_>>(),
        "voids": entry.voids,
        "voided_by": entry.voided_by,
        "corrects": entry.corrects,
        "corrected_by": entry.corrected_by,
    })
}
