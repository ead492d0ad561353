//! `sigeyi relay`: the events in their order to a webhook or a file, each at least once.

mod batch;
mod dead_letters;
mod delivery;
mod error;
mod lines;
mod server;
mod signature;
mod source;
mod state;
mod target;
mod waiting;
mod webhook;

use std::{path::Path, thread, time::Duration};

use serde_json::Value;
use sigeyi_cloudevents::CloudEvents;
use sigeyi_engine::Options;

use self::{
    dead_letters::DeadLetters,
    delivery::{Delivery, ToWebhook},
    lines::Lines,
    server::ServerEvents,
    signature::Signer,
    source::Source,
    state::State,
    waiting::Waits,
    webhook::Webhook,
};
pub(crate) use self::{error::RelayError, target::TargetArg};
use super::export::write_down;
use crate::{
    args::{OnRefusal, Place, RelayArgs},
    error::CliError,
    open::open,
    output::{number, say},
    remote::ServerError,
};

/// Goes on where it was, to the end of the log or for ever.
pub(crate) fn run(args: &RelayArgs) -> Result<(), CliError> {
    let source = match args.place.place()? {
        Place::Directory(data) => {
            let engine = open(&data, Options::default())?;
            write_down(&engine, Vec::new()).map_err(CliError::AccessLog)?;
            let words = CloudEvents::of_log(engine.log_id());
            Source::Directory { engine: Box::new(engine), words }
        }
        Place::Server(client) => Source::Server(ServerEvents(client)),
    };
    let mut state = State::open(&args.state, &source.name(), &args.to.name())?;
    if let Some(head) = source.head().filter(|head| *head < state.through()) {
        return Err(RelayError::Ahead { sent: state.through(), head }.into());
    }
    let mut delivery = delivery(args, &source, &state)?;
    let sent = relay(args, &source, &mut state, &mut delivery)?;
    say(&format!(
        "已转发 relayed: {} 个事件 events，到位置 through position {}",
        number(sent),
        state.through()
    ));
    Ok(())
}

/// How many events were dealt with.
fn relay(
    args: &RelayArgs,
    source: &Source,
    state: &mut State,
    delivery: &mut Delivery,
) -> Result<u64, RelayError> {
    let waits = Waits::up_to(Duration::from_secs(args.wait_max));
    let (mut sent, mut failures) = (0, 0);
    loop {
        let batch = match source.after(state.through(), args.batch.into()) {
            Err(error) if may_pass(&error) && args.attempts.is_none_or(|most| failures + 1 < most) => {
                failures += 1;
                say(&format!("{error}"));
                thread::sleep(waits.after(failures, None));
                continue;
            }
            batch => batch?,
        };
        failures = 0;
        if !batch.events.is_empty() {
            delivery.deliver(&batch)?;
            sent += batch.events.len() as u64;
        }
        if batch.through > state.through() {
            // Only now, so that what was not taken is sent again.
            state.move_to(batch.through, batch.ends().map(|(_, last)| last))?;
        } else if args.follow {
            thread::sleep(Duration::from_secs(args.ask_every));
        } else {
            return Ok(sent);
        }
    }
}

/// Whether the server may give an answer later.
fn may_pass(error: &RelayError) -> bool {
    match error {
        RelayError::Server(ServerError::Unreachable { .. } | ServerError::Broken { .. }) => true,
        RelayError::Server(ServerError::Refused { code, .. }) => {
            code.starts_with('5')
                || code.starts_with("429")
                || matches!(code.as_str(), "OVERLOADED" | "STARTING")
        }
        _ => false,
    }
}

fn delivery(args: &RelayArgs, source: &Source, state: &State) -> Result<Delivery, CliError> {
    match &args.to {
        TargetArg::File(path) => Ok(to_file(path, state)?),
        TargetArg::Webhook { address, is_encrypted } => {
            let secret = args.secret_file.as_deref().ok_or_else(|| {
                CliError::Usage(
                    "--secret-file: 转发到 Webhook 须有签名密钥 a webhook needs a secret that signs".into(),
                )
            })?;
            let webhook = Webhook::new(address, *is_encrypted, source.name(), Signer::read(secret)?)?;
            let dead_letters = match (args.on_refusal, &args.dead_letters) {
                (OnRefusal::DeadLetter, Some(path)) => Some(DeadLetters::open(path)?),
                _ => None,
            };
            Ok(Delivery::Webhook(Box::new(ToWebhook {
                webhook,
                waits: Waits::up_to(Duration::from_secs(args.wait_max)),
                attempts_max: args.attempts,
                dead_letters,
            })))
        }
    }
}

/// The file goes on behind its own last event, which may be further than what the state says.
fn to_file(path: &Path, state: &State) -> Result<Delivery, RelayError> {
    let (lines, last_line) =
        Lines::open(path).map_err(|source| RelayError::Io { path: path.to_owned(), source })?;
    let last = match last_line {
        None => 0,
        Some(line) => position_of(&line).ok_or_else(|| RelayError::FileStrange { path: path.to_owned() })?,
    };
    if last < state.last() {
        return Err(RelayError::FileBehind { path: path.to_owned(), found: last, sent: state.last() });
    }
    Ok(Delivery::File { lines, last })
}

fn position_of(line: &str) -> Option<u64> {
    let event: Value = serde_json::from_str(line).ok()?;
    event.get("id")?.as_str()?.parse().ok()
}
