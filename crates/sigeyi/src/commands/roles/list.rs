//! `sigeyi roles list`.

use comfy_table::{Table, presets};
use serde_json::{Value, json};
use sigeyi_domain::{
    Day, Region,
    access::{Mark, RegisterEntry, RoleState},
};
use sigeyi_engine::Options;

use crate::{
    args::{ReportFormat, RolesListArgs},
    error::CliError,
    open::open,
    output::print,
};

/// Prints the register.
pub(super) fn run(args: &RolesListArgs) -> Result<(), CliError> {
    let engine = open(&args.data, Options::default())?;
    let (register, today) = (engine.roles(), engine.today());
    let is_wanted = |entry: &&RegisterEntry| args.actor.as_ref().is_none_or(|actor| entry.subject == *actor);
    let entries: Vec<&RegisterEntry> = register.entries().iter().filter(is_wanted).collect();
    print(&match args.format {
        ReportFormat::Table => table(&entries, today),
        ReportFormat::Json => {
            format!("{}\n", Value::Array(entries.iter().map(|entry| json(entry, today)).collect()))
        }
    })
}

fn table(entries: &[&RegisterEntry], today: Day) -> String {
    if entries.is_empty() {
        return "没有角色登记 the register has none\n".to_owned();
    }
    let mut table = Table::new();
    table.load_style(presets::UTF8_BORDERS_ONLY);
    table.set_header(["用户", "角色", "可查看", "可办理", "截止", "状态", "申请", "批准", "结束"]);
    for entry in entries {
        let until = entry.until.map_or(String::new(), |day| day.to_string());
        table.add_row([
            entry.subject.to_string(),
            format!("{} {}", entry.role.role().label(), entry.role.role().name()),
            code(entry.role.reads()),
            entry.role.writes().map_or(String::new(), code),
            until,
            status(entry, today).0.to_owned(),
            mark(entry.asked.as_ref()),
            mark(entry.granted()),
            mark(ended(entry)),
        ]);
    }
    format!("{table}\n")
}

fn json(entry: &RegisterEntry, today: Day) -> Value {
    let mark = |mark: Option<&Mark>| {
        mark.map(|mark| json!({ "position": mark.position.0, "by": mark.by.as_str(), "at_micros": mark.at }))
    };
    json!({
        "actor": entry.subject.as_str(),
        "role": entry.role.role().name(),
        "reads": code(entry.role.reads()),
        "writes": entry.role.writes().map(code),
        "until": entry.until.map(|day| day.to_string()),
        "status": status(entry, today).1,
        "asked": mark(entry.asked.as_ref()),
        "granted": mark(entry.granted()),
        "ended": mark(ended(entry)),
    })
}

fn status(entry: &RegisterEntry, today: Day) -> (&'static str, &'static str) {
    match entry.state {
        RoleState::Waiting => ("待审批", "waiting"),
        RoleState::Granted(_) if entry.holds_on(today) => ("有效", "granted"),
        RoleState::Granted(_) => ("已到期", "over"),
        RoleState::Declined(_) => ("未批准", "declined"),
        RoleState::Withdrawn { .. } => ("已收回", "withdrawn"),
    }
}

fn ended(entry: &RegisterEntry) -> Option<&Mark> {
    match &entry.state {
        RoleState::Declined(mark) | RoleState::Withdrawn { withdrawn: mark, .. } => Some(mark),
        RoleState::Waiting | RoleState::Granted(_) => None,
    }
}

fn code(region: Region) -> String {
    region.division().code.to_string()
}

/// Where, by whom, on which day.
fn mark(mark: Option<&Mark>) -> String {
    mark.map_or(String::new(), |mark| format!("{} {} {}", mark.position, mark.by, Day::in_china(mark.at)))
}
