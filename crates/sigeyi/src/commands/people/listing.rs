//! A list of people as it is printed, wherever it comes from.

use std::io::Write;

use comfy_table::{Table, presets};
use serde_json::{Value, json as value};
use sigeyi_domain::{Figure, Step};

use crate::{
    output::{harmless, number},
    sink::WriteError,
    spreadsheet::cell,
};

/// People with what they are a list of.
pub(super) struct Listing {
    /// Id of the plan.
    pub(super) plan: String,
    pub(super) as_of: String,
    /// What was known.
    pub(super) position: String,
    /// What there is to know.
    pub(super) head: String,
    pub(super) people: Vec<Listed>,
    /// Whether others follow that were not asked for.
    pub(super) has_more: bool,
}

/// Somebody of a list.
pub(super) struct Listed {
    pub(super) person: String,
    /// Code and name.
    pub(super) region: Option<(String, String)>,
    pub(super) enrolled_on: String,
    pub(super) sex: Option<&'static str>,
    pub(super) age: Option<u8>,
    pub(super) counsellor: Option<String>,
    pub(super) waiting_since: Option<String>,
    /// Which steps somebody in scope lacks.
    pub(super) missing: Vec<Step>,
}

impl Listed {
    fn missing(&self) -> Vec<&'static str> {
        self.missing.iter().map(|step| Figure::of_step(*step).name()).collect()
    }

    fn region(&self) -> (&str, &str) {
        self.region.as_ref().map_or(("", ""), |(code, name)| (code, name))
    }
}

/// As people read it.
pub(super) fn table(listing: &Listing) -> String {
    let mut table = Table::new();
    table.load_style(presets::UTF8_BORDERS_ONLY);
    table.set_header([
        "人员编号",
        "代码",
        "地区",
        "登记日期",
        "性别",
        "年龄",
        "就业辅导员",
        "等待起始",
        "缺少的环节",
    ]);
    for listed in &listing.people {
        let (code, name) = listed.region();
        let missing: Vec<&str> = listed.missing.iter().map(|step| step.label()).collect();
        table.add_row([
            harmless(&listed.person),
            harmless(code),
            harmless(name),
            harmless(&listed.enrolled_on),
            listed.sex.map_or("", |sex| if sex == "male" { "男" } else { "女" }).to_owned(),
            listed.age.map(|age| age.to_string()).unwrap_or_default(),
            harmless(listed.counsellor.as_deref().unwrap_or_default()),
            harmless(listed.waiting_since.as_deref().unwrap_or_default()),
            missing.join("、"),
        ]);
    }
    format!(
        "{} 人 people · 截至 as of {} · 方案 plan {} · 位置 position {} / {}\n{table}\n",
        number(listing.people.len() as u64),
        harmless(&listing.as_of),
        harmless(&listing.plan),
        harmless(&listing.position),
        harmless(&listing.head)
    )
}

/// A row for each of them.
pub(super) fn csv(listing: &Listing, out: &mut dyn Write) -> Result<(), WriteError> {
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record([
        "person",
        "region_code",
        "region",
        "enrolled_on",
        "sex",
        "age",
        "counsellor",
        "waiting_since",
        "missing",
    ])?;
    for listed in &listing.people {
        let (code, name) = listed.region();
        writer.write_record([
            cell(&listed.person),
            cell(code),
            cell(name),
            cell(&listed.enrolled_on),
            listed.sex.unwrap_or_default().to_owned(),
            listed.age.map(|age| age.to_string()).unwrap_or_default(),
            cell(listed.counsellor.as_deref().unwrap_or_default()),
            cell(listed.waiting_since.as_deref().unwrap_or_default()),
            listed.missing().join(" "),
        ])?;
    }
    Ok(writer.flush()?)
}

pub(super) fn json(listing: &Listing) -> String {
    let one = |listed: &Listed| {
        let (code, name) = listed.region.as_ref().map(|(code, name)| (code, name)).unzip();
        value!({
            "person": listed.person,
            "region_code": code,
            "region": name,
            "enrolled_on": listed.enrolled_on,
            "sex": listed.sex,
            "age": listed.age,
            "counsellor": listed.counsellor,
            "waiting_since": listed.waiting_since,
            "missing": listed.missing(),
        })
    };
    let people: Vec<Value> = listing.people.iter().map(one).collect();
    let answer = value!({
        "plan": listing.plan,
        "as_of": listing.as_of,
        "position": listing.position,
        "more": listing.has_more,
        "people": people,
    });
    format!("{answer:#}\n")
}
