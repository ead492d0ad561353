//! `sigeyi report`: figures that are kept as they were given out.

mod directory;
mod server;
mod shown;

use std::io::Write;

use sigeyi_domain::{Day, Identifier, Plan, Region, ReportTitle, divisions};
use sigeyi_engine::Options;
use uuid::Uuid;

use self::shown::{Shown, csv, json, list_csv, list_json, list_table, table};
use super::regions_and_plans::find_region;
use crate::{
    args::{Format, FreezeArgs, Place, ReportAction, ReportListArgs, ReportShowArgs},
    error::CliError,
    open::open,
    output::say,
    sink::{WriteError, write_to},
};

/// What is to be frozen.
struct Freezing {
    command_id: Uuid,
    by: Identifier,
    region: Region,
    title: ReportTitle,
    as_of: Option<Day>,
    plan: Option<&'static Plan>,
}

/// Freezes, lists or shows.
pub(crate) fn run(action: &ReportAction) -> Result<(), CliError> {
    match action {
        ReportAction::Freeze(args) => freeze(args),
        ReportAction::List(args) => list(args),
        ReportAction::Show(args) => show(args),
    }
}

fn freeze(args: &FreezeArgs) -> Result<(), CliError> {
    let freezing = Freezing {
        command_id: args.command_id.unwrap_or_else(Uuid::new_v4),
        by: args.by.clone(),
        region: find_region(args.region)?,
        title: ReportTitle::parse(&args.title)
            .map_err(|error| CliError::Usage(format!("--title: 标题不能用 {error}")))?,
        as_of: args.day.day()?,
        plan: args.plan.find()?,
    };
    let frozen = match args.place.place()? {
        Place::Directory(data) => directory::freeze(&open(&data, Options::default())?, &freezing)?,
        Place::Server(client) => server::freeze(&client, &freezing)?,
    };
    write_to(None, |out| write(&frozen, args.format, out))
}

fn list(args: &ReportListArgs) -> Result<(), CliError> {
    let region = args.region.find()?;
    let limit = args.limit as usize;
    let (reports, has_more) = match args.place.place()? {
        Place::Directory(data) => {
            let region = region.unwrap_or_else(|| divisions().whole());
            directory::list(&open(&data, Options::default())?, region, limit)?
        }
        Place::Server(client) => server::list(&client, region, limit)?,
    };
    write_to(None, |out| match args.format {
        Format::Table => Ok(out.write_all(list_table(&reports).as_bytes())?),
        Format::Csv => list_csv(&reports, out),
        Format::Json => Ok(out.write_all(list_json(&reports, has_more).as_bytes())?),
    })?;
    if has_more {
        say("列表未完：还有更早的报表，可加大 --limit the list goes on: give a larger --limit");
    }
    Ok(())
}

fn show(args: &ReportShowArgs) -> Result<(), CliError> {
    let shown = match args.place.place()? {
        Place::Directory(data) => directory::show(&open(&data, Options::default())?, args.position)?,
        Place::Server(client) => server::show(&client, args.position)?,
    };
    write_to(None, |out| write(&shown, args.format, out))
}

fn write(shown: &Shown, format: Format, out: &mut dyn Write) -> Result<(), WriteError> {
    match format {
        Format::Table => Ok(out.write_all(table(shown).as_bytes())?),
        Format::Csv => csv(shown, out),
        Format::Json => Ok(out.write_all(json(shown).as_bytes())?),
    }
}
