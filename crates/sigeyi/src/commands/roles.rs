//! `sigeyi roles`: the register of roles of a directory that no server holds.

mod list;

use std::time::Duration;

use sigeyi_domain::{
    Identifier, Position, Region,
    access::{RoleChange, RoleGrant},
    divisions,
};
use sigeyi_engine::{Engine, Options, RoleRight, RoleSubmission};
use uuid::Uuid;

use crate::{
    args::{DataArgs, RolesAction, RolesRequestArgs},
    error::CliError,
    open::open,
    output::print,
};

/// The office of whoever works at the directory itself.
const OFFICE: &str = "local";
/// Time that the disk has.
const ANSWER_WITHIN: Duration = Duration::from_secs(60);

/// Lists or changes.
pub(crate) fn run(action: &RolesAction) -> Result<(), CliError> {
    match action {
        RolesAction::List(args) => list::run(args),
        RolesAction::Bootstrap(args) => {
            let managers = <[Identifier; 2]>::try_from(args.manager.clone())
                .map_err(|_| usage("--manager 须写两次 give --manager twice"))?;
            let change = RoleChange::Bootstrap(managers);
            record(&args.data, &args.by, RoleRight::Operator, change)
        }
        RolesAction::Request(args) => {
            let change =
                RoleChange::Request { subject: args.actor.clone(), role: role(args)?, until: args.until };
            record(&args.data, &args.by, RoleRight::Operator, change)
        }
        // Whoever holds the directory approves nothing by that alone.
        RolesAction::Approve(args) => {
            let change = RoleChange::Approve(Position(args.position));
            record(&args.data, &args.by, RoleRight::Registered, change)
        }
        RolesAction::Decline(args) => {
            let change = RoleChange::Decline(Position(args.position));
            record(&args.data, &args.by, RoleRight::Operator, change)
        }
        RolesAction::Withdraw(args) => {
            let change = RoleChange::Withdraw(Position(args.position));
            record(&args.data, &args.by, RoleRight::Operator, change)
        }
    }
}

fn record(data: &DataArgs, by: &Identifier, right: RoleRight, change: RoleChange) -> Result<(), CliError> {
    let engine = open(data, Options { daily_heads: true, ..Options::default() })?;
    let recorded = send(&engine, by, right, change)?;
    let position = recorded.position;
    print(&if recorded.already_recorded {
        "此前已登记 recorded already\n".to_owned()
    } else if recorded.events > 1 {
        format!("已登记，位置 recorded at {}–{position}\n", position.0 + 1 - u64::from(recorded.events))
    } else {
        format!("已登记，位置 recorded at {position}\n")
    })
}

fn send(
    engine: &Engine,
    by: &Identifier,
    right: RoleRight,
    change: RoleChange,
) -> Result<sigeyi_engine::Recorded, CliError> {
    let command_id = Uuid::new_v4();
    let office = Identifier::parse(OFFICE).map_err(|error| CliError::Usage(error.to_string()))?;
    let submission = RoleSubmission {
        command_id,
        content: engine.digest(&[command_id.as_bytes()]),
        actor: by.clone(),
        office: office.into(),
        by: right,
        change,
    };
    let answer = engine.change_roles(submission).and_then(|ticket| ticket.wait(ANSWER_WITHIN));
    answer.map_err(CliError::Roles)
}

fn role(args: &RolesRequestArgs) -> Result<RoleGrant, CliError> {
    let reads = region(args.region)?;
    let writes = match args.write_region {
        Some(code) => Some(region(code)?),
        None => (args.role.writes() && !args.read_only).then_some(reads),
    };
    RoleGrant::new(args.role, reads, writes).map_err(|_| {
        usage("可办理的地区须在可查阅的地区之内 the region to write must lie within the one to read")
    })
}

fn region(code: u32) -> Result<Region, CliError> {
    divisions().region(code).ok_or_else(|| {
        CliError::Usage(format!(
            "{code}: 不是本区的六位代码 no division of the region has this code (150000 is the whole)"
        ))
    })
}

fn usage(text: &str) -> CliError {
    CliError::Usage(text.into())
}
