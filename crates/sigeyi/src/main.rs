//! `sigeyi`（四个一）: the command line. `docs/architecture.md` describes the house, `sigeyi --help` the commands.

mod args;
mod commands;
mod csv_file;
mod error;
mod open;
mod output;
mod remote;
mod signals;
mod tracing_log;

use std::process::ExitCode;

use clap::Parser;

use crate::args::{Action, Args};

/// What one thread allocates another frees, with every command and answer: there it is faster than the system's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let result = match Args::parse().action {
        Action::Demo(args) => commands::demo::run(&args),
        Action::Import(args) => commands::import::run(&args),
        Action::Progress(args) => commands::progress::run(&args),
        Action::History(args) => commands::history::run(&args),
        Action::Serve(args) => commands::serve::run(&args),
        Action::Verify(args) => commands::verify::run(&args),
        Action::Repair(args) => commands::repair::run(&args),
        Action::Backup(args) => commands::backup::run(&args),
        Action::Restore(args) => commands::restore::run(&args),
        Action::Keys { action } => commands::keys::run(&action),
        Action::Roles { action } => commands::roles::run(&action),
        Action::Checkpoint(args) => commands::checkpoint::run(&args),
        Action::Proof(args) => commands::proof::run(&args),
        Action::ExportLog(args) => commands::export::log(&args),
        Action::ExportPerson(args) => commands::export::person(&args),
        Action::Export(args) => commands::files::run(&args),
        Action::Relay(args) => commands::relay::run(&args),
        Action::Witness(args) => commands::witness::run(&args),
        Action::Token(args) => commands::token::run(&args),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            output::fault(&error);
            error.exit_code()
        }
    }
}
