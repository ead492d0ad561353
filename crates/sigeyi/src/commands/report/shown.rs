//! Reports as they are printed, wherever they come from.

use std::io::Write;

use comfy_table::{CellAlignment, Table, presets};
use serde_json::{Map, Value, json as value};

use crate::{
    output::{harmless, number},
    sink::WriteError,
    spreadsheet::cell,
};

/// What a report states, without its figures.
pub(super) struct Stated {
    pub(super) position: String,
    pub(super) number: u64,
    pub(super) title: String,
    pub(super) region_code: String,
    pub(super) region: String,
    /// Id of the plan.
    pub(super) plan: String,
    pub(super) as_of: String,
    pub(super) known_at: String,
    pub(super) recorded_at: Option<jiff::Timestamp>,
    pub(super) actor: String,
    pub(super) office: String,
    /// Root of the tree over every event up to `known_at`, in hexadecimal digits, and the hashes of what it was counted by.
    pub(super) root: String,
    pub(super) plan_hash: String,
    pub(super) divisions_hash: String,
    pub(super) code_lists_hash: String,
}

/// A report with its figures, and what has become of them.
pub(super) struct Shown {
    pub(super) stated: Stated,
    pub(super) rows: Vec<Row>,
    pub(super) check: Check,
}

/// The figures of one region.
pub(super) struct Row {
    pub(super) region_code: String,
    pub(super) region: String,
    /// Names for programs, Chinese terms, and counts.
    pub(super) counts: Vec<(String, String, u32)>,
}

/// The same figures counted anew, by what was known then.
pub(super) struct Check {
    pub(super) reproduces: bool,
    pub(super) same_plan: bool,
    pub(super) same_divisions: bool,
    pub(super) same_code_lists: bool,
    pub(super) erased_since: u32,
    pub(super) erased_anywhere: u32,
    /// Where the erasures are recorded, the first thousand.
    pub(super) erasures: Vec<String>,
}

impl Stated {
    fn recorded_utc(&self) -> String {
        self.recorded_at.map(|at| at.to_string()).unwrap_or_default()
    }

    fn json(&self) -> Map<String, Value> {
        let mut told = Map::new();
        for (name, text) in [
            ("position", self.position.clone()),
            ("title", self.title.clone()),
            ("region_code", self.region_code.clone()),
            ("region", self.region.clone()),
            ("plan", self.plan.clone()),
            ("as_of", self.as_of.clone()),
            ("known_at", self.known_at.clone()),
            ("recorded_at", self.recorded_utc()),
            ("actor", self.actor.clone()),
            ("office", self.office.clone()),
            ("root", self.root.clone()),
            ("plan_hash", self.plan_hash.clone()),
            ("divisions_hash", self.divisions_hash.clone()),
            ("code_lists_hash", self.code_lists_hash.clone()),
        ] {
            told.insert(name.to_owned(), value!(text));
        }
        told.insert("number".to_owned(), value!(self.number));
        told
    }
}

/// As people read it.
pub(super) fn table(shown: &Shown) -> String {
    let Shown { stated, rows, check } = shown;
    let mut table = Table::new();
    table.load_style(presets::UTF8_BORDERS_ONLY);
    let labels = rows.iter().take(1).flat_map(|row| &row.counts).map(|(_, label, _)| harmless(label));
    table.set_header(["代码".to_owned(), "地区".to_owned()].into_iter().chain(labels));
    for row in rows {
        let counts = row.counts.iter().map(|(.., count)| number((*count).into()));
        table.add_row([harmless(&row.region_code), harmless(&row.region)].into_iter().chain(counts));
    }
    for column in table.column_iter_mut().skip(2) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    let head = format!(
        "{}\n第 {} 号 number · 位置 position {} · {} {}\n截至 as of {} · 方案 plan {} · 已知位置 known at {}\n固定于 frozen {} · {} · {}\n根 root {}\n",
        harmless(&stated.title),
        stated.number,
        harmless(&stated.position),
        harmless(&stated.region_code),
        harmless(&stated.region),
        harmless(&stated.as_of),
        harmless(&stated.plan),
        harmless(&stated.known_at),
        stated.recorded_utc(),
        harmless(&stated.actor),
        harmless(&stated.office),
        harmless(&stated.root),
    );
    format!("{head}{table}\n{}", checked(check))
}

/// Whether the same can still be had, in words.
fn checked(check: &Check) -> String {
    let mut text = if check.reproduces {
        "复核：按当时所知重新计算，数字相同 counted anew as known then: the same figures\n".to_owned()
    } else {
        "复核：按当时所知重新计算，数字不同 counted anew as known then: OTHER FIGURES\n".to_owned()
    };
    for (is_same, what) in [
        (check.same_plan, "方案 the plan"),
        (check.same_divisions, "区划 the divisions"),
        (check.same_code_lists, "代码表 the code lists"),
    ] {
        if !is_same {
            text.push_str(&format!("  {what}：与固定时不同 is not the one of then\n"));
        }
    }
    if check.erased_anywhere > 0 {
        text.push_str(&format!(
            "  此后删除 erased since: {}（全部 anywhere {}），位置 at {}\n",
            check.erased_since,
            check.erased_anywhere,
            harmless(&check.erasures.join("、"))
        ));
    }
    text
}

/// The figures alone, a row for each region.
pub(super) fn csv(shown: &Shown, out: &mut dyn Write) -> Result<(), WriteError> {
    let mut writer = csv::Writer::from_writer(out);
    let names = shown.rows.iter().take(1).flat_map(|row| &row.counts).map(|(name, ..)| cell(name));
    writer.write_record(["as_of".to_owned(), "region_code".to_owned()].into_iter().chain(names))?;
    for row in &shown.rows {
        let counts = row.counts.iter().map(|(.., count)| count.to_string());
        writer.write_record([cell(&shown.stated.as_of), cell(&row.region_code)].into_iter().chain(counts))?;
    }
    Ok(writer.flush()?)
}

pub(super) fn json(Shown { stated, rows, check }: &Shown) -> String {
    let row = |row: &Row| {
        let counts: Map<String, Value> =
            row.counts.iter().map(|(name, _, count)| (name.clone(), value!(count))).collect();
        value!({ "region_code": row.region_code, "name": row.region, "figures": counts })
    };
    let mut told = stated.json();
    told.insert("regions".to_owned(), rows.iter().map(row).collect());
    told.insert(
        "check".to_owned(),
        value!({
            "reproduces": check.reproduces,
            "same_plan": check.same_plan,
            "same_divisions": check.same_divisions,
            "same_code_lists": check.same_code_lists,
            "erased_since": check.erased_since,
            "erased_anywhere": check.erased_anywhere,
            "erasures": check.erasures,
        }),
    );
    format!("{:#}\n", Value::Object(told))
}

pub(super) fn list_table(reports: &[Stated]) -> String {
    if reports.is_empty() {
        return "没有固定报表 there are no reports\n".to_owned();
    }
    let mut table = Table::new();
    table.load_style(presets::UTF8_BORDERS_ONLY);
    table.set_header([
        "位置",
        "序号",
        "标题",
        "代码",
        "地区",
        "方案",
        "截至",
        "记录时间 UTC",
        "经办人",
        "经办机构",
    ]);
    for stated in reports {
        table.add_row([
            harmless(&stated.position),
            stated.number.to_string(),
            harmless(&stated.title),
            harmless(&stated.region_code),
            harmless(&stated.region),
            harmless(&stated.plan),
            harmless(&stated.as_of),
            stated.recorded_utc(),
            harmless(&stated.actor),
            harmless(&stated.office),
        ]);
    }
    format!("{table}\n")
}

pub(super) fn list_csv(reports: &[Stated], out: &mut dyn Write) -> Result<(), WriteError> {
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record([
        "position",
        "number",
        "title",
        "region_code",
        "plan",
        "as_of",
        "known_at",
        "recorded_at",
        "actor",
        "office",
        "root",
    ])?;
    for stated in reports {
        writer.write_record([
            cell(&stated.position),
            stated.number.to_string(),
            cell(&stated.title),
            cell(&stated.region_code),
            cell(&stated.plan),
            cell(&stated.as_of),
            cell(&stated.known_at),
            stated.recorded_utc(),
            cell(&stated.actor),
            cell(&stated.office),
            cell(&stated.root),
        ])?;
    }
    Ok(writer.flush()?)
}

pub(super) fn list_json(reports: &[Stated], has_more: bool) -> String {
    let reports: Vec<Value> = reports.iter().map(|stated| Value::Object(stated.json())).collect();
    format!("{:#}\n", value!({ "reports": reports, "more": has_more }))
}
