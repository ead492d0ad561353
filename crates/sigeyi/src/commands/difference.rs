//! `sigeyi difference`: what changed in the figures between two moments of knowledge, and through which events.

mod directory;
mod found;
mod server;

use sigeyi_domain::{Figure, Plan, Region, divisions};
use sigeyi_engine::{KnownAt, Options, Times};

use self::found::{csv, json, table};
use super::times::moment;
use crate::{
    args::{DifferenceArgs, Format, Place},
    error::CliError,
    open::open,
    output::say,
    sink::write_to,
};

/// What is asked.
struct Question {
    region: Region,
    plan: Option<&'static Plan>,
    before: Times,
    after: Option<KnownAt>,
    figure: Option<Figure>,
    /// Events to list at most; none of them where they are not asked for.
    limit: usize,
}

/// Prints the difference.
pub(crate) fn run(args: &DifferenceArgs) -> Result<(), CliError> {
    let known_at = |option: &str, text: &String| moment(option, text);
    let question = Question {
        region: args.region.find()?.unwrap_or_else(|| divisions().whole()),
        plan: args.plan.find()?,
        before: Times { as_of: args.day.day()?, known_at: Some(known_at("--known-at", &args.known_at)?) },
        after: args.then_known_at.as_ref().map(|text| known_at("--then-known-at", text)).transpose()?,
        figure: args.figure,
        limit: if args.without_events { 0 } else { args.limit as usize },
    };
    let difference = match args.place.place()? {
        Place::Directory(data) => directory::ask(&open(&data, Options::default())?, &question)?,
        Place::Server(client) => server::ask(&client, &question)?,
    };
    write_to(None, |out| match args.format {
        Format::Table => Ok(out.write_all(table(&difference).as_bytes())?),
        Format::Csv => csv(&difference, out),
        Format::Json => Ok(out.write_all(json(&difference).as_bytes())?),
    })?;
    if difference.has_more && !args.without_events {
        say("事件未完：还有更多事件，可加大 --limit the events go on: give a larger --limit");
    }
    Ok(())
}
