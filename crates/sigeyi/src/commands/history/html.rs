//! A history on paper: one page that needs nothing else, and runs nothing.

use std::io::{self, Write};

use super::entry::{Entry, History};
use crate::output::harmless;

const STYLE: &str = include_str!("html/style.css");
/// Chinese, and the English beside it.
const COLUMNS: [(&str, &str); 8] = [
    ("位置", "Position"),
    ("发生", "Happened"),
    ("记录", "Recorded"),
    ("事项", "Event"),
    ("内容", "Content"),
    ("变更前后", "Before and after"),
    ("地区与经办", "Where and who"),
    ("关联", "Related"),
];
const LEGEND: [(&str, &str); 4] = [
    (
        "“补录”：记录时，发生之月（作废则为被作废记录的记录之月）已经结束，该月月末的数字中没有它。",
        "LATE: the month in which it happened (of a voiding: in which the voided record was recorded) was over when it was recorded, so the figures of that month’s end did not have it.",
    ),
    (
        "“已作废”：该记录不再计入任何数字，仍保留在此。",
        "VOID: the record counts for nothing any more and stays here.",
    ),
    (
        "“取代”：之后的记录改变了该项内容（更正，或情况变化）。",
        "Replaces: the later record says otherwise of the same field, by a correction or because something changed.",
    ),
    ("“＊＊＊”：内容不予显示。时间为北京时间。", "＊＊＊: not shown. Times are of UTC+8."),
];

pub(super) fn html(history: &History, out: &mut dyn Write) -> io::Result<()> {
    let person = escaped(&history.person);
    write!(
        out,
        "<!DOCTYPE html>\n<html lang=\"zh-CN\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>办理经过 Record of {person}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n\
         <h1>残疾人就业服务“四个一”办理经过 <small>Record of one person</small></h1>\n"
    )?;
    if history.is_synthetic {
        writeln!(out, "<p class=\"notice\">合成数据，人员为虚构 Synthetic data: the person is invented</p>")?;
    }
    head(history, out)?;
    writeln!(out, "<table>\n<thead><tr>")?;
    for (chinese, english) in COLUMNS {
        writeln!(out, "<th scope=\"col\">{chinese} <span class=\"en\">{english}</span></th>")?;
    }
    writeln!(out, "</tr></thead>\n<tbody>")?;
    for entry in &history.entries {
        row(history, entry, out)?;
    }
    writeln!(out, "</tbody>\n</table>\n<ul class=\"legend\">")?;
    for (chinese, english) in LEGEND {
        writeln!(out, "<li>{chinese} <span class=\"en\">{english}</span></li>")?;
    }
    writeln!(out, "</ul>\n</body>\n</html>")
}

/// What it is of, and as known where.
fn head(history: &History, out: &mut dyn Write) -> io::Result<()> {
    let checkpoint = match &history.checkpoint {
        Some(checkpoint) => format!(
            "{}，{} 个事件 events，根 root {}",
            escaped(&checkpoint.origin),
            checkpoint.size,
            escaped(&checkpoint.root)
        ),
        None => "无 none".to_owned(),
    };
    let count = history.entries.len().to_string();
    let position = format!("{} / {}", escaped(&history.position), escaped(&history.head));
    writeln!(out, "<dl>")?;
    for (chinese, english, value) in [
        ("人员编号", "Person id", escaped(&history.person)),
        ("截至", "As of", escaped(&history.as_of)),
        ("已知位置", "As known at position", position),
        ("日志编号", "Log id", escaped(&history.log)),
        ("存证点", "Checkpoint", checkpoint),
        ("事件数", "Events", count),
    ] {
        writeln!(out, "<dt>{chinese} <span class=\"en\">{english}</span></dt><dd>{value}</dd>")?;
    }
    writeln!(out, "</dl>")
}

fn row(history: &History, entry: &Entry, out: &mut dyn Write) -> io::Result<()> {
    let position = escaped(&entry.position);
    let class = match (entry.voided_by.is_some(), entry.is_late) {
        (true, true) => " class=\"void late\"",
        (true, false) => " class=\"void\"",
        (false, true) => " class=\"late\"",
        (false, false) => "",
    };
    write!(out, "<tr id=\"e{position}\"{class}>\n<td class=\"number\">{position}")?;
    if entry.voided_by.is_some() {
        write!(out, "<p><span class=\"mark\">已作废 VOID</span></p>")?;
    }
    write!(out, "</td>\n<td class=\"number\">{}</td>\n", escaped(&entry.effective_on))?;
    write!(out, "<td class=\"number\">{}", escaped(&entry.recorded_in_china()))?;
    if entry.is_late {
        let days = entry.recorded_after_days;
        write!(
            out,
            "<p><span class=\"mark\">补录 LATE</span></p><p>晚 {days} 天 <span class=\"en\">{days} days</span></p>"
        )?;
    }
    let english = escaped(&entry.event_type);
    write!(
        out,
        "</td>\n<td>{} <span class=\"en\">{english}</span></td>\n<td class=\"told\">{}</td>\n<td class=\"told\">{}</td>\n",
        escaped(&entry.label),
        paragraphs(entry.content()),
        paragraphs(entry.changes()),
    )?;
    let region = entry.region.as_ref().map(|(_, name)| name.clone());
    let who = region.into_iter().chain([entry.office.clone(), entry.actor.clone()]);
    write!(out, "<td class=\"who\">{}</td>\n<td>", paragraphs(who))?;
    let one = |position: &Option<String>| position.iter().cloned().collect::<Vec<_>>();
    for (chinese, english, positions) in [
        ("作废", "voids", one(&entry.voids)),
        ("被作废于", "voided by", one(&entry.voided_by)),
        ("取代", "replaces", entry.corrects.clone()),
        ("被取代于", "replaced by", entry.corrected_by.clone()),
    ] {
        if !positions.is_empty() {
            let links: Vec<String> = positions.iter().map(|position| link(history, position)).collect();
            write!(out, "<p>{chinese} <span class=\"en\">{english}</span> {}</p>", links.join("、"))?;
        }
    }
    writeln!(out, "</td>\n</tr>")
}

/// To another entry of the page, if it is one.
fn link(history: &History, position: &String) -> String {
    let text = escaped(position);
    if history.entries.iter().any(|entry| entry.position == *position) {
        format!("<a href=\"#e{text}\">{text}</a>")
    } else {
        text
    }
}

fn paragraphs(lines: impl IntoIterator<Item = String>) -> String {
    lines.into_iter().map(|line| format!("<p>{}</p>", escaped(&line))).collect()
}

/// Text as text, in an element or in quotes, whatever it is; what would change the direction of the page is shown.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for char in harmless(text).chars() {
        match char {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::commands::history::entry::{Change, Checkpoint};

    const HOSTILE: &str = "\"'><script>alert(1)</script>&\u{202e}";

    fn entry(position: &str, text: &str) -> Entry {
        let text = text.to_owned();
        Entry {
            position: position.to_owned(),
            version: 1,
            event_type: text.clone(),
            label: text.clone(),
            effective_on: text.clone(),
            recorded_at: None,
            recorded_after_days: 40,
            is_late: true,
            region: Some((text.clone(), text.clone())),
            actor: text.clone(),
            office: text.clone(),
            event: None,
            clear: Value::Null,
            sealed: Value::Null,
            changes: vec![Change { field: text.clone(), before: Some(text.clone()), after: text.clone() }],
            voids: Some(text.clone()),
            voided_by: Some(text.clone()),
            corrects: vec![text.clone()],
            corrected_by: vec![text],
        }
    }

    fn page(text: &str, entries: Vec<Entry>) -> String {
        let text = text.to_owned();
        let history = History {
            person: text.clone(),
            log: text.clone(),
            is_synthetic: true,
            as_of: text.clone(),
            position: text.clone(),
            head: text.clone(),
            checkpoint: Some(Checkpoint { origin: text.clone(), size: 7, root: text }),
            entries,
        };
        let mut out = Vec::new();
        html(&history, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn whatever_a_server_says_is_text_and_nothing_else() {
        let (plain, hostile) =
            (page("x", vec![entry("x", "x")]), page(HOSTILE, vec![entry(HOSTILE, HOSTILE)]));
        assert!(!hostile.contains("<script") && !hostile.contains('\u{202e}'), "{hostile}");
        let marks = |page: &str, mark: char| page.matches(mark).count();
        for mark in ['<', '>', '"', '\''] {
            assert_eq!(marks(&hostile, mark), marks(&plain, mark), "{mark}");
        }
    }

    #[test]
    fn a_link_leads_to_another_entry_of_the_page_and_nowhere_else() {
        let mut first = entry("5", "x");
        (first.voids, first.voided_by) = (None, Some("9".to_owned()));
        (first.corrects, first.corrected_by) = (Vec::new(), vec!["7".to_owned(), "8".to_owned()]);
        let mut second = entry("7", "x");
        (second.voids, second.voided_by) = (None, None);
        (second.corrects, second.corrected_by) = (vec!["5".to_owned()], Vec::new());
        let page = page("x", vec![first, second]);
        assert!(page.contains("被取代于 <span class=\"en\">replaced by</span> <a href=\"#e7\">7</a>、8</p>"));
        assert!(page.contains("被作废于 <span class=\"en\">voided by</span> 9</p>"));
        assert!(page.contains("取代 <span class=\"en\">replaces</span> <a href=\"#e5\">5</a></p>"));
        assert_eq!(page.matches("已作废 VOID").count(), 1);
        assert!(page.contains("晚 40 天"));
    }
}
