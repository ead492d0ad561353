//! A difference as it is printed, wherever it comes from.

use std::io::Write;

use comfy_table::{CellAlignment, Table, presets};
use serde_json::{Value, json as value};

use crate::{
    output::{harmless, number},
    sink::WriteError,
    spreadsheet::cell,
};

/// What lies between two moments of knowledge.
pub(super) struct Difference {
    pub(super) region_code: String,
    pub(super) region: String,
    /// Id of the plan.
    pub(super) plan: String,
    pub(super) as_of: String,
    /// What was known first, and then.
    pub(super) before: String,
    pub(super) after: String,
    /// How many people count differently.
    pub(super) people: u32,
    pub(super) changes: Vec<Change>,
    /// Through how many events, listed or not.
    pub(super) event_count: u64,
    pub(super) events: Vec<DifferenceEvent>,
    /// Whether others follow those that are listed.
    pub(super) has_more: bool,
}

/// How one figure changed.
pub(super) struct Change {
    /// Name for programs.
    pub(super) figure: String,
    pub(super) label: String,
    pub(super) before: u32,
    pub(super) after: u32,
    pub(super) gained: u32,
    pub(super) lost: u32,
}

/// One event through which figures changed.
pub(super) struct DifferenceEvent {
    pub(super) position: String,
    /// The record that it takes away.
    pub(super) voids: Option<String>,
    /// What it is; none of what must not be shown.
    pub(super) shown: Option<ShownEvent>,
}

pub(super) struct ShownEvent {
    pub(super) person: Option<String>,
    /// Stored name of the type, and its Chinese term.
    pub(super) event_type: String,
    pub(super) label: String,
    pub(super) effective_on: String,
    pub(super) recorded_at: Option<jiff::Timestamp>,
    pub(super) region_code: Option<String>,
    pub(super) actor: String,
    pub(super) office: String,
}

impl ShownEvent {
    fn recorded_utc(&self) -> String {
        self.recorded_at.map(|at| at.to_string()).unwrap_or_default()
    }
}

/// As people read it.
pub(super) fn table(difference: &Difference) -> String {
    let mut figures = Table::new();
    figures.load_style(presets::UTF8_BORDERS_ONLY);
    figures.set_header(["数字", "变化前", "变化后", "增加", "减少"]);
    for change in &difference.changes {
        let counts = [change.before, change.after, change.gained, change.lost];
        let cells = std::iter::once(harmless(&change.label)).chain(counts.map(|count| number(count.into())));
        figures.add_row(cells);
    }
    for column in figures.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    let mut events = Table::new();
    events.load_style(presets::UTF8_BORDERS_ONLY);
    events.set_header(["位置", "发生日期", "记录时间 UTC", "事项", "作废", "人员编号", "经办机构", "记录人"]);
    for event in &difference.events {
        let voids = harmless(event.voids.as_deref().unwrap_or_default());
        match &event.shown {
            Some(shown) => events.add_row([
                harmless(&event.position),
                harmless(&shown.effective_on),
                shown.recorded_utc(),
                harmless(&shown.label),
                voids,
                harmless(shown.person.as_deref().unwrap_or_default()),
                harmless(&shown.office),
                harmless(&shown.actor),
            ]),
            None => {
                let empty = String::new;
                let withheld = "不予显示 withheld".to_owned();
                events.add_row([
                    harmless(&event.position),
                    empty(),
                    empty(),
                    withheld,
                    voids,
                    empty(),
                    empty(),
                    empty(),
                ])
            }
        };
    }
    let listed = if difference.events.is_empty() { String::new() } else { format!("{events}\n") };
    format!(
        "{} {} · 截至 as of {} · 方案 plan {} · 位置 position {} → {}\n{} 人 people · {} 个事件 events\n{figures}\n{listed}",
        harmless(&difference.region_code),
        harmless(&difference.region),
        harmless(&difference.as_of),
        harmless(&difference.plan),
        harmless(&difference.before),
        harmless(&difference.after),
        number(difference.people.into()),
        number(difference.event_count),
    )
}

/// The events alone, a row for each.
pub(super) fn csv(difference: &Difference, out: &mut dyn Write) -> Result<(), WriteError> {
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record([
        "position",
        "voids",
        "person",
        "type",
        "label",
        "effective_on",
        "recorded_at",
        "region_code",
        "actor",
        "office",
    ])?;
    for event in &difference.events {
        let shown = event.shown.as_ref();
        let text = |of: fn(&ShownEvent) -> &str| cell(shown.map(of).unwrap_or_default());
        writer.write_record([
            cell(&event.position),
            cell(event.voids.as_deref().unwrap_or_default()),
            text(|shown| shown.person.as_deref().unwrap_or_default()),
            text(|shown| &shown.event_type),
            text(|shown| &shown.label),
            text(|shown| &shown.effective_on),
            shown.map(ShownEvent::recorded_utc).unwrap_or_default(),
            text(|shown| shown.region_code.as_deref().unwrap_or_default()),
            text(|shown| &shown.actor),
            text(|shown| &shown.office),
        ])?;
    }
    Ok(writer.flush()?)
}

pub(super) fn json(difference: &Difference) -> String {
    let change = |change: &Change| {
        value!({
            "figure": change.figure,
            "label": change.label,
            "before": change.before,
            "after": change.after,
            "gained": change.gained,
            "lost": change.lost,
        })
    };
    let event = |event: &DifferenceEvent| {
        let mut told = value!({
            "position": event.position,
            "voids": event.voids,
            "withheld": event.shown.is_none(),
        });
        if let Some(shown) = &event.shown {
            told["person"] = value!(shown.person);
            told["type"] = value!(shown.event_type);
            told["label"] = value!(shown.label);
            told["effective_on"] = value!(shown.effective_on);
            told["recorded_at"] = value!(shown.recorded_utc());
            told["region_code"] = value!(shown.region_code);
            told["actor"] = value!(shown.actor);
            told["office"] = value!(shown.office);
        }
        told
    };
    let answer = value!({
        "region_code": difference.region_code,
        "region": difference.region,
        "plan": difference.plan,
        "as_of": difference.as_of,
        "position_before": difference.before,
        "position_after": difference.after,
        "people": difference.people,
        "changes": difference.changes.iter().map(change).collect::<Vec<Value>>(),
        "event_count": difference.event_count,
        "events": difference.events.iter().map(event).collect::<Vec<Value>>(),
        "more": difference.has_more,
    });
    format!("{answer:#}\n")
}
