//! A history as it is printed, wherever it comes from.

use comfy_table::{ContentArrangement, Table, presets};
use serde_json::{Value, json as value};
use sigeyi_domain::Event;

use super::says::says;
use crate::output::harmless;

/// The events of one person, in order.
pub(super) struct History {
    /// Id of the person.
    pub(super) person: String,
    /// What had happened by the end of this day.
    pub(super) as_of: String,
    /// What was known.
    pub(super) position: String,
    /// The last position of the log.
    pub(super) head: String,
    pub(super) entries: Vec<Entry>,
}

/// One event.
pub(super) struct Entry {
    pub(super) position: String,
    pub(super) version: u32,
    /// Stored name of the type, and its Chinese term.
    pub(super) event_type: String,
    pub(super) label: String,
    pub(super) effective_on: String,
    pub(super) recorded_at: Option<jiff::Timestamp>,
    pub(super) actor: String,
    pub(super) office: String,
    /// What happened; none of a type that is not known here.
    pub(super) event: Option<Event>,
    pub(super) clear: Value,
    pub(super) sealed: Value,
    pub(super) changes: Vec<Change>,
    pub(super) voided_by: Option<String>,
}

/// One thing that the register says differently since.
pub(super) struct Change {
    pub(super) field: String,
    pub(super) before: Option<String>,
    pub(super) after: String,
}

/// As people read it.
pub(super) fn table(history: &History) -> String {
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY);
    table.set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header(["版本", "位置", "发生日期", "记录时间", "事项", "内容", "经办机构", "记录人", "作废"]);
    for entry in &history.entries {
        let voided =
            entry.voided_by.as_ref().map_or(String::new(), |by| format!("已被 {} 作废", harmless(by)));
        table.add_row([
            entry.version.to_string(),
            harmless(&entry.position),
            harmless(&entry.effective_on),
            entry.recorded_at.map(china_time).unwrap_or_default(),
            harmless(&entry.label),
            content(entry),
            harmless(&entry.office),
            harmless(&entry.actor),
            voided,
        ]);
    }
    format!(
        "人员 person {} · {} 个事件 events · 截至 as of {} · 位置 position {} / {}\n{table}\n",
        harmless(&history.person),
        history.entries.len(),
        harmless(&history.as_of),
        harmless(&history.position),
        harmless(&history.head)
    )
}

/// Recorded time as an office in China reads it.
fn china_time(moment: jiff::Timestamp) -> String {
    jiff::tz::offset(8).to_datetime(moment).strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// What the event says, and what it changed.
fn content(entry: &Entry) -> String {
    let mut parts = entry.event.as_ref().map(says).unwrap_or_default();
    for Change { field, before, after } in &entry.changes {
        let (field, after) = (harmless(field), harmless(after));
        parts.push(match before {
            Some(before) => format!("{field}：{} → {after}", harmless(before)),
            None => format!("{field}：{after}"),
        });
    }
    parts.join("\n")
}

pub(super) fn json(history: &History) -> String {
    let change =
        |Change { field, before, after }: &Change| value!({"field": field, "before": before, "after": after});
    let entry = |entry: &Entry| {
        value!({
            "position": entry.position,
            "version": entry.version,
            "type": entry.event_type,
            "label": entry.label,
            "effective_on": entry.effective_on,
            "recorded_at": entry.recorded_at.map(|at| at.to_string()).unwrap_or_default(),
            "actor": entry.actor,
            "office": entry.office,
            "clear": entry.clear,
            "sealed": entry.sealed,
            "changes": entry.changes.iter().map(change).collect::<Vec<_>>(),
            "voided_by": entry.voided_by,
        })
    };
    let entries: Vec<Value> = history.entries.iter().map(entry).collect();
    format!(
        "{:#}\n",
        value!({"person": history.person, "as_of": history.as_of, "position": history.position, "events": entries})
    )
}
