//! `sigeyi progress`: the figures of a region and the regions below it.

pub(crate) mod directory;
pub(crate) mod figures;
mod plan_file;
mod server;

use sigeyi_domain::{Plan, Region, divisions, plans};
use sigeyi_engine::{Options, Times};

use self::figures::{Shown, csv, json, table};
use super::times::times;
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
    times: Times,
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
        plan: match (&args.plan, &args.plan_file) {
            (_, Some(path)) => Some(plan_file::read(path)?),
            (id, None) => id.as_deref().map(find_plan).transpose()?,
        },
        times: times(&args.times)?,
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

fn find_plan(id: &str) -> Result<&'static Plan, CliError> {
    Plan::find(id).ok_or_else(|| {
        let known: Vec<&str> = plans().iter().map(|plan| plan.id.as_str()).collect();
        CliError::Usage(format!("--plan {id}: 没有这个方案 no such plan; there are {}", known.join(", ")))
    })
}
