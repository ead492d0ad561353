//! `sigeyi progress`: the figures of a region and the regions below it.

pub(crate) mod directory;
pub(crate) mod figures;
mod plan_file;
mod server;

use sigeyi_domain::{Plan, divisions};
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
    let region = args.region.find()?;
    let shown = match (region, args.format) {
        (Some(region), _) => Shown::WithChildren(region),
        (None, Format::Table) => Shown::WithChildren(divisions().whole()),
        (None, Format::Csv | Format::Json) => Shown::All,
    };
    let question = Question {
        shown,
        plan: match &args.plan_file {
            Some(path) => Some(plan_file::read(path)?),
            None => args.plan.find()?,
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
