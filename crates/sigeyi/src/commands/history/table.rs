//! A history as people read it on a screen.

use comfy_table::{ContentArrangement, Table, presets};

use super::entry::{Entry, History};
use crate::output::harmless;

pub(super) fn table(history: &History) -> String {
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY);
    table.set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header([
        "版本",
        "位置",
        "发生日期",
        "记录时间",
        "事项",
        "内容",
        "地区",
        "经办机构",
        "记录人",
        "关联",
    ]);
    for entry in &history.entries {
        let content: Vec<String> = entry.content().into_iter().chain(entry.changes()).collect();
        table.add_row([
            entry.version.to_string(),
            harmless(&entry.position),
            harmless(&entry.effective_on),
            entry.recorded_in_china(),
            harmless(&entry.label),
            content.join("\n"),
            entry.region.as_ref().map(|(_, name)| harmless(name)).unwrap_or_default(),
            harmless(&entry.office),
            harmless(&entry.actor),
            marks(entry).join("\n"),
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

/// Lateness, and what it has to do with others. What an event voids it says itself.
fn marks(entry: &Entry) -> Vec<String> {
    let all = |positions: &[String]| harmless(&positions.join("、"));
    let mut marks = Vec::new();
    if entry.is_late {
        marks.push(format!("补录：晚 {} 天", entry.recorded_after_days));
    }
    marks.extend(entry.voided_by.as_ref().map(|by| format!("已被 {} 作废", harmless(by))));
    if !entry.corrects.is_empty() {
        marks.push(format!("取代 {}", all(&entry.corrects)));
    }
    if !entry.corrected_by.is_empty() {
        marks.push(format!("被 {} 取代", all(&entry.corrected_by)));
    }
    marks
}
