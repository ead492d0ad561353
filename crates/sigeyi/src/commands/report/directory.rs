//! Reports of an open directory.

use std::time::Duration;

use sigeyi_domain::{Identifier, Plan, Region, RegionCounts};
use sigeyi_engine::{Engine, Position, Reading, Report, ReportRequest};

use super::{
    Freezing,
    shown::{Check, Row, Shown, Stated},
};
use crate::{access_note::LOCAL, error::CliError};

/// Time that the disk has.
const ANSWER_WITHIN: Duration = Duration::from_secs(60);
/// Reports that are read at a time.
const PAGE: usize = 200;

pub(super) fn freeze(engine: &Engine, freezing: &Freezing) -> Result<Shown, CliError> {
    let Freezing { command_id, by, region, title, as_of, plan } = freezing;
    let plan = plan.unwrap_or_else(|| Plan::on(as_of.unwrap_or_else(|| engine.today())));
    let day = as_of.map(|day| day.to_string()).unwrap_or_default();
    let code = region.division().code.to_string();
    let parts = ["report freeze", &code, title.as_str(), &day, &plan.id].map(str::as_bytes);
    let counted = engine.count_report(ReportRequest {
        command_id: *command_id,
        content: engine.digest(&parts),
        actor: by.clone(),
        office: Identifier::parse(LOCAL).map_err(|error| CliError::Usage(error.to_string()))?,
        title: title.clone(),
        region: *region,
        plan,
        as_of: *as_of,
    })?;
    let recorded = engine.freeze(counted).and_then(|ticket| ticket.wait(ANSWER_WITHIN));
    show(engine, recorded.map_err(CliError::Freeze)?.position.0)
}

/// Newest first, and whether older ones are left.
pub(super) fn list(engine: &Engine, region: Region, limit: usize) -> Result<(Vec<Stated>, bool), CliError> {
    let reading = engine.read();
    let (mut reports, mut before) = (Vec::new(), None);
    loop {
        let first = PAGE.min(limit - reports.len());
        let page = reading.reports(&[region], first, before, PAGE)?;
        before = Some(page.through);
        reports.extend(page.reports.iter().map(stated));
        if !page.has_next || reports.len() >= limit {
            return Ok((reports, page.has_next));
        }
    }
}

pub(super) fn show(engine: &Engine, position: u64) -> Result<Shown, CliError> {
    let reading = engine.read();
    let report = reading.report(Position(position))?.ok_or(CliError::NoReport)?;
    shown(&reading, &report)
}

fn shown(reading: &Reading, report: &Report) -> Result<Shown, CliError> {
    let check = reading.check_report(report)?;
    let row = |counts: &RegionCounts| {
        let division = counts.region.division();
        let figures = report.body.figures.iter().zip(&counts.counts);
        Row {
            region_code: division.code.to_string(),
            region: division.name.to_owned(),
            counts: figures
                .map(|(figure, count)| (figure.name().to_owned(), figure.label().to_owned(), *count))
                .collect(),
        }
    };
    Ok(Shown {
        stated: stated(report),
        rows: report.body.rows.iter().map(row).collect(),
        check: Check {
            reproduces: check.reproduces,
            same_plan: check.plan_is_same,
            same_divisions: check.divisions_are_same,
            same_code_lists: check.codes_are_same,
            erased_since: check.erased.in_region,
            erased_anywhere: check.erased.count,
            erasures: check.erased.positions.iter().map(ToString::to_string).collect(),
        },
    })
}

fn stated(report: &Report) -> Stated {
    let body = &report.body;
    let division = body.region.division();
    Stated {
        position: report.position.to_string(),
        number: body.number,
        title: body.title.as_str().to_owned(),
        region_code: division.code.to_string(),
        region: division.name.to_owned(),
        plan: body.plan.to_string(),
        as_of: body.as_of.to_string(),
        known_at: body.known_at.to_string(),
        recorded_at: jiff::Timestamp::from_microsecond(report.recorded_at).ok(),
        actor: report.actor.clone(),
        office: report.office.clone(),
        root: body.root.to_string(),
        plan_hash: body.plan_hash.to_string(),
        divisions_hash: body.divisions_hash.to_string(),
        code_lists_hash: body.codes_hash.to_string(),
    }
}
