//! Reports as a server gives them.

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::json;
use sigeyi_domain::{Figure, Region};

use super::{
    Freezing,
    shown::{Check, Row, Shown, Stated},
};
use crate::{
    error::CliError,
    output::{harmless, say_synthetic},
    remote::{Client, ServerError},
};

/// Reports that a server gives on a page at most.
const PAGE: usize = 200;
const STATED: &str = "
fragment Stated on Report {
  position number title region { code name } planId asOf knownAt recordedAt actor office root planHash divisionsHash codeListsHash
}";
const WHOLE: &str = "
fragment Whole on Report {
  ...Stated
  rows { region { code name } counts { figure label count } }
  check { reproduces samePlan sameDivisions sameCodeLists erasedSince erasedAnywhere erasures }
}";
const FREEZE: &str = "
mutation Freeze($input: FreezeReportInput!) { freezeReport(input: $input) {
  ... on ReportFrozen { position }
  ... on Rejected { code message }
} }";
const LIST: &str = "
query Reports($region: ID, $first: Int!, $after: Position) {
  reports(region: $region, first: $first, after: $after) { nodes { ...Stated } pageInfo { hasNextPage endCursor } }
  head { synthetic }
}";
const SHOW: &str = "
query Report($position: Position!) { report(position: $position) { ...Whole } head { synthetic } }";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct FreezeAnswer {
    freeze_report: Frozen,
}

/// Either a position, or a code and a message.
#[derive(Deserialize)]
struct Frozen {
    position: Option<String>,
    code: Option<String>,
    message: Option<String>,
}

#[derive(Deserialize)]
struct ListAnswer {
    reports: Reports,
    head: Head,
}

#[derive(Deserialize)]
struct Head {
    synthetic: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Reports {
    nodes: Vec<StatedReport>,
    page_info: PageInfo,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PageInfo {
    has_next_page: bool,
    end_cursor: String,
}

#[derive(Deserialize)]
struct ShowAnswer {
    report: Option<WholeReport>,
    head: Head,
}

#[derive(Deserialize)]
struct WholeReport {
    #[serde(flatten)]
    stated: StatedReport,
    rows: Vec<ReportRow>,
    check: ReportCheck,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct StatedReport {
    position: String,
    number: u64,
    title: String,
    region: NamedRegion,
    plan_id: String,
    as_of: String,
    known_at: String,
    recorded_at: String,
    actor: String,
    office: String,
    root: String,
    plan_hash: String,
    divisions_hash: String,
    code_lists_hash: String,
}

#[derive(Deserialize)]
struct NamedRegion {
    code: String,
    name: String,
}

#[derive(Deserialize)]
struct ReportRow {
    region: NamedRegion,
    counts: Vec<FigureCount>,
}

#[derive(Deserialize)]
struct FigureCount {
    figure: String,
    label: String,
    count: u32,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ReportCheck {
    reproduces: bool,
    same_plan: bool,
    same_divisions: bool,
    same_code_lists: bool,
    erased_since: u32,
    erased_anywhere: u32,
    erasures: Vec<String>,
}

pub(super) fn freeze(client: &Client, freezing: &Freezing) -> Result<Shown, CliError> {
    let input = json!({
        "commandId": freezing.command_id.to_string(),
        "region": freezing.region.division().code.to_string(),
        "title": freezing.title.as_str(),
        "asOf": freezing.as_of.map(|day| day.to_string()),
        "plan": freezing.plan.map(|plan| plan.id.as_str()),
    });
    let FreezeAnswer { freeze_report: frozen } = client.run(FREEZE, &json!({ "input": input }))?;
    match frozen {
        Frozen { position: Some(position), .. } => shown(client, &position),
        Frozen { code: Some(code), message, .. } => {
            let message = harmless(&message.unwrap_or_default());
            Err(ServerError::Refused { code: harmless(&code), message }.into())
        }
        Frozen { position: None, code: None, .. } => {
            Err(ServerError::Strange { url: client.url().clone() }.into())
        }
    }
}

/// Newest first, and whether older ones are left.
pub(super) fn list(
    client: &Client,
    region: Option<Region>,
    limit: usize,
) -> Result<(Vec<Stated>, bool), CliError> {
    let (mut reports, mut cursor) = (Vec::new(), None::<String>);
    loop {
        let variables = json!({
            "region": region.map(|region| region.division().code.to_string()),
            "first": PAGE.min(limit - reports.len()),
            "after": cursor,
        });
        let ListAnswer { reports: page, head } = ask(client, &[LIST, STATED], &variables)?;
        if cursor.is_none() && head.synthetic {
            say_synthetic();
        }
        reports.extend(page.nodes.into_iter().map(stated));
        let PageInfo { has_next_page, end_cursor } = page.page_info;
        if !has_next_page || reports.len() >= limit {
            return Ok((reports, has_next_page));
        }
        // The cursor of a page moves on, or it would be asked for without end.
        if cursor.as_ref() == Some(&end_cursor) {
            return Err(ServerError::Strange { url: client.url().clone() }.into());
        }
        cursor = Some(end_cursor);
    }
}

pub(super) fn show(client: &Client, position: u64) -> Result<Shown, CliError> {
    shown(client, &position.to_string())
}

fn shown(client: &Client, position: &str) -> Result<Shown, CliError> {
    let answer: ShowAnswer = ask(client, &[SHOW, WHOLE, STATED], &json!({ "position": position }))?;
    if answer.head.synthetic {
        say_synthetic();
    }
    let report = answer.report.ok_or(CliError::NoReport)?;
    let check = report.check;
    Ok(Shown {
        stated: stated(report.stated),
        rows: report.rows.into_iter().map(row).collect(),
        check: Check {
            reproduces: check.reproduces,
            same_plan: check.same_plan,
            same_divisions: check.same_divisions,
            same_code_lists: check.same_code_lists,
            erased_since: check.erased_since,
            erased_anywhere: check.erased_anywhere,
            erasures: check.erasures,
        },
    })
}

fn ask<D: DeserializeOwned>(
    client: &Client,
    parts: &[&str],
    variables: &serde_json::Value,
) -> Result<D, CliError> {
    Ok(client.run(&parts.concat(), variables)?)
}

fn stated(report: StatedReport) -> Stated {
    Stated {
        position: report.position,
        number: report.number,
        title: report.title,
        region_code: report.region.code,
        region: report.region.name,
        plan: report.plan_id,
        as_of: report.as_of,
        known_at: report.known_at,
        recorded_at: report.recorded_at.parse().ok(),
        actor: report.actor,
        office: report.office,
        root: report.root,
        plan_hash: report.plan_hash,
        divisions_hash: report.divisions_hash,
        code_lists_hash: report.code_lists_hash,
    }
}

fn row(row: ReportRow) -> Row {
    let count = |FigureCount { figure, label, count }: FigureCount| {
        let known = Figure::ALL.into_iter().find(|known| known.name().to_ascii_uppercase() == figure);
        (known.map_or(figure, |known| known.name().to_owned()), label, count)
    };
    Row {
        region_code: row.region.code,
        region: row.region.name,
        counts: row.counts.into_iter().map(count).collect(),
    }
}
