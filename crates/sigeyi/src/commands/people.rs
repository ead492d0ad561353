//! `sigeyi people`: who is registered where, and who lacks which step, by id.

mod directory;
mod listing;
mod server;

use sigeyi_domain::{Day, Identifier, Plan, Region, Step};
use sigeyi_engine::{KnownAt, Options, Times};

use self::listing::{csv, json, table};
use super::times::times;
use crate::{
    args::{Format, PeopleArgs, Place},
    error::CliError,
    open::open,
    output::say,
    sink::write_to,
};

/// What is asked, but for what only the place can tell.
struct Question {
    region: Option<Region>,
    plan: Option<&'static Plan>,
    missing: Option<Vec<Step>>,
    in_scope: Option<bool>,
    counsellor: Option<Identifier>,
    waiting_since: Option<Day>,
    times: Times,
    limit: usize,
}

/// The plan and the day, now that today is known: every page is asked for with the same.
struct Fixed {
    plan: &'static Plan,
    as_of: Day,
    known_at: KnownAt,
}

/// Prints the list.
pub(crate) fn run(args: &PeopleArgs) -> Result<(), CliError> {
    let question = Question {
        region: args.region.find()?,
        plan: args.plan.find()?,
        missing: args.missing(),
        in_scope: args.in_scope,
        counsellor: args.counsellor.clone(),
        waiting_since: args.waiting_since,
        times: times(&args.times)?,
        limit: args.limit as usize,
    };
    let listing = match args.place.place()? {
        Place::Directory(data) => directory::ask(&open(&data, Options::default())?, &question)?,
        Place::Server(client) => server::ask(&client, &question)?,
    };
    write_to(None, |out| match args.format {
        Format::Table => Ok(out.write_all(table(&listing).as_bytes())?),
        Format::Csv => csv(&listing, out),
        Format::Json => Ok(out.write_all(json(&listing).as_bytes())?),
    })?;
    if listing.has_more {
        say("名单未完：还有更多人员，可加大 --limit the list goes on: give a larger --limit");
    }
    Ok(())
}

impl Question {
    fn fixed(&self, today: Day, known_at: KnownAt) -> Fixed {
        let plan = self.plan.unwrap_or_else(|| Plan::on(self.times.as_of.unwrap_or(today)));
        Fixed { plan, as_of: self.times.as_of.unwrap_or(today.min(plan.to)), known_at }
    }
}
