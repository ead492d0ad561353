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
mod stop;
mod target;
mod waiting;
mod webhook;

use std::{path::Path, time::Duration};

use serde::Deserialize;
use sigeyi_cloudevents::CloudEvents;
use sigeyi_engine::{AccessAction, Options, RevealedFields};

use self::{
    dead_letters::DeadLetters,
    delivery::{Delivered, Delivery, ToWebhook},
    lines::Lines,
    server::ServerEvents,
    signature::Signer,
    source::{DirectoryEvents, Source},
    state::{Relayed, State},
    stop::Stop,
    waiting::Waits,
    webhook::Webhook,
};
pub(crate) use self::{error::RelayError, target::TargetArg};
use super::chosen_events::{ChosenEvents, chosen, query};
use crate::{
    access_note::write_down,
    args::{OnRefusal, Place, RelayArgs},
    error::CliError,
    open::open,
    output::{number, say},
    remote::{ServerError, Trust},
};

/// Goes on where it was, to the end of the log, or until somebody asks for the end.
pub(crate) fn run(args: &RelayArgs) -> Result<(), CliError> {
    let ChosenEvents { filter, words } = chosen(&args.events)?;
    let source = match args.place.place()? {
        Place::Directory(data) => {
            let engine = open(&data, Options::default())?;
            write_down(&engine, AccessAction::Export, &[], RevealedFields::NONE)?;
            let words = CloudEvents::of_log(engine.log_id());
            Source::Directory(DirectoryEvents { engine: Box::new(engine), words, filter })
        }
        Place::Server(client) => Source::Server(ServerEvents { client, query: query(&words) }),
    };
    let relayed = Relayed { source: source.name(), target: args.to.name(), filter: words };
    let mut state = State::open(&args.state, relayed)?;
    if let Some(head) = source.head().filter(|head| *head < state.through()) {
        return Err(RelayError::Ahead { sent: state.through(), head }.into());
    }
    let mut delivery = delivery(args, &source, &state)?;
    // Before anything is sent, so that what has come of it belongs to one source, target and filter.
    state.keep()?;
    let stop = Stop::at_signals().map_err(RelayError::Signals)?;
    let sent = relay(args, &source, &mut state, &mut delivery, &stop)?;
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
    stop: &Stop,
) -> Result<u64, RelayError> {
    let waits = Waits::up_to(Duration::from_secs(args.wait_max));
    let (mut sent, mut failures) = (0, 0);
    while !stop.is_asked() {
        let batch = match source.after(state.through(), args.batch.into()) {
            Err(error) if may_pass(&error) && args.attempts.is_none_or(|most| failures + 1 < most) => {
                failures += 1;
                say(&format!("{error}"));
                stop.wait(waits.after(failures, None));
                continue;
            }
            batch => batch?,
        };
        failures = 0;
        if !batch.events.is_empty() {
            if delivery.deliver(&batch, stop)? == Delivered::Stopped {
                break;
            }
            sent += batch.events.len() as u64;
        }
        if batch.through > state.through() {
            // Only now, so that what was not taken is sent again. What the filter leaves out is not looked at again.
            state.move_to(batch.through, batch.ends().map(|(_, last)| last))?;
        } else if args.follow {
            stop.wait(Duration::from_secs(args.ask_every));
        } else {
            break;
        }
    }
    Ok(sent)
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
    let is_encrypted = matches!(args.to, TargetArg::Webhook { is_encrypted: true, .. });
    if args.webhook_ca.is_some() && !is_encrypted {
        return Err(CliError::Usage(
            "--webhook-ca 仅用于 https 的 --to --webhook-ca is for a --to with https".into(),
        ));
    }
    match &args.to {
        TargetArg::File(path) => Ok(to_file(path, state)?),
        TargetArg::Webhook { address, .. } => {
            let secret = args.secret_file.as_deref().ok_or_else(|| {
                CliError::Usage(
                    "--secret-file: 转发到 Webhook 须有签名密钥 a webhook needs a secret that signs".into(),
                )
            })?;
            let trust = match &args.webhook_ca {
                _ if !is_encrypted => Trust::InClear,
                Some(authorities) => Trust::Authorities(authorities),
                None => Trust::Machine,
            };
            let webhook = Webhook::new(address, trust, source.name(), Signer::read(secret)?)?;
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
        Some(_) if state.is_new() => return Err(RelayError::FileNotNew { path: path.to_owned() }),
        Some(line) => position_of(&line).ok_or_else(|| RelayError::FileStrange { path: path.to_owned() })?,
    };
    if last < state.last() {
        return Err(RelayError::FileBehind { path: path.to_owned(), found: last, sent: state.last() });
    }
    Ok(Delivery::File { lines, last })
}

fn position_of(line: &str) -> Option<u64> {
    /// All that is looked at.
    #[derive(Deserialize)]
    struct Named {
        id: String,
    }
    serde_json::from_str::<Named>(line).ok()?.id.parse().ok()
}
