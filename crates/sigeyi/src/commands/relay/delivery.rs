//! A batch to its target, for as long as it takes.

use std::{thread, time::Duration};

use jiff::Timestamp;

use super::{
    batch::{Batch, Sent},
    dead_letters::DeadLetters,
    error::RelayError,
    lines::Lines,
    waiting::Waits,
    webhook::{Answer, Webhook},
};
use crate::output::say;

/// Where batches go.
pub(super) enum Delivery {
    Webhook(Box<ToWebhook>),
    /// With the position of the last event in the file.
    File {
        lines: Lines,
        last: u64,
    },
}

/// A receiver, and what to do when it does not take a batch.
pub(super) struct ToWebhook {
    pub(super) webhook: Webhook,
    pub(super) waits: Waits,
    /// Without end if none.
    pub(super) attempts_max: Option<u32>,
    /// Where what is refused goes; without it the relay stops.
    pub(super) dead_letters: Option<DeadLetters>,
}

impl Delivery {
    /// Returns once the batch is durably where it belongs.
    pub(super) fn deliver(&mut self, batch: &Batch) -> Result<(), RelayError> {
        match self {
            Delivery::Webhook(to) => to.deliver(batch),
            Delivery::File { lines, last } => {
                // What a relay wrote that was killed before it could say so is there already.
                let is_new = |event: &&Sent| event.position > *last;
                let new = batch.events.iter().filter(is_new).map(|event| event.json.as_str());
                let written = lines.append(new);
                written.map_err(|source| RelayError::Io { path: lines.path().to_owned(), source })?;
                *last = batch.ends().map_or(*last, |(_, end)| end.max(*last));
                Ok(())
            }
        }
    }
}

impl ToWebhook {
    fn deliver(&mut self, batch: &Batch) -> Result<(), RelayError> {
        let Some((first, last)) = batch.ends() else { return Ok(()) };
        let mut attempts = 0;
        loop {
            attempts += 1;
            match self.webhook.send(batch, Timestamp::now()) {
                Answer::Taken => return Ok(()),
                Answer::Refused { status } => {
                    return match &mut self.dead_letters {
                        None => Err(RelayError::Refused { first, last, status }),
                        Some(dead_letters) => {
                            say(&format!(
                                "接收方拒绝（{status}），已写入死信 refused and put among dead letters: {first}–{last}"
                            ));
                            dead_letters.add(batch, status)
                        }
                    };
                }
                Answer::Again { .. } if self.attempts_max.is_some_and(|most| attempts >= most) => {
                    return Err(RelayError::GivenUp { attempts, first, last });
                }
                Answer::Again { after } => wait(self.waits.after(attempts, after), first, last),
            }
        }
    }
}

fn wait(wait: Duration, first: u64, last: u64) {
    say(&format!(
        "未送达，{:.1} 秒后重试 not taken, again in {:.1} s: {first}–{last}",
        wait.as_secs_f64(),
        wait.as_secs_f64()
    ));
    thread::sleep(wait);
}
