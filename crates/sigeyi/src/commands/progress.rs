//! `sigeyi progress`: the figures of a region and the regions below it.

pub(crate) mod directory;
pub(crate) mod figures;
mod server;

use sigeyi_domain::{Day, Plan, Region, divisions, plans};
use sigeyi_engine::{KnownAt, Options, Position};

use self::figures::{Shown, csv, json, table};
use crate::{
    args::{Format, Place, ProgressArgs},
    error::CliError,
    open::open,
    output::print,
};

/// What is asked.
struct Question {
    shown: Shown,
    plan: Option<&'static Plan>,
    as_of: Option<Day>,
    known_at: Option<KnownAt>,
}

/// Prints the figures.
pub(crate) fn run(args: &ProgressArgs) -> Result<(), CliError> {
    let region = args.region.map(find_region).transpose()?;
    let shown = match (region, args.format) {
        (Some(region), _) => Shown::WithChildren(region),
        (None, Format::Table) => Shown::WithChildren(divisions().whole()),
        (None, Format::Csv | Format::Json) => Shown::All,
    };
    let question = Question {
        shown,
        plan: args.plan.as_deref().map(find_plan).transpose()?,
        as_of: args.as_of.as_deref().map(find_day).transpose()?,
        known_at: args.known_at.as_deref().map(find_moment).transpose()?,
    };
    let figures = match args.place.place()? {
        Place::Directory(data) => directory::ask(&open(&data, Options::default())?, &question)?,
        Place::Server(client) => server::ask(&client, &question)?,
    };
    print(&match args.format {
        Format::Table => table(&figures),
        Format::Csv => csv(&figures),
        Format::Json => json(&figures),
    })
}

fn find_region(code: u32) -> Result<Region, CliError> {
    divisions().region(code).ok_or_else(|| {
        CliError::Usage(format!(
            "--region {code}: 不是本区的六位代码 no division of the region has this code (150000 is the whole)"
        ))
    })
}

fn find_day(text: &str) -> Result<Day, CliError> {
    Day::parse(text).map_err(|error| CliError::Usage(format!("--as-of {text}: {error}")))
}

fn find_plan(id: &str) -> Result<&'static Plan, CliError> {
    Plan::find(id).ok_or_else(|| {
        let known: Vec<&str> = plans().iter().map(|plan| plan.id.as_str()).collect();
        CliError::Usage(format!("--plan {id}: 没有这个方案 no such plan; there are {}", known.join(", ")))
    })
}

/// A position, a moment with its offset, or a date: the end of that day in China.
fn find_moment(text: &str) -> Result<KnownAt, CliError> {
    if let Ok(position) = text.parse() {
        return Ok(KnownAt::Position(Position(position)));
    }
    if let Ok(day) = Day::parse(text) {
        let next_midnight_utc = i64::from(day.plus(1).days()) * 86_400_000_000;
        return Ok(KnownAt::Moment(next_midnight_utc - 8 * 3_600_000_000 - 1));
    }
    text.parse::<jiff::Timestamp>().map(|moment| KnownAt::Moment(moment.as_microsecond())).map_err(|_| {
        CliError::Usage(format!(
            "--known-at {text}: 应为位置、日期或带时区的时刻 give a position, a date, or a moment such as 2023-11-30T18:00:00+08:00"
        ))
    })
}
