//! A batch to its target, for as long as it takes.

use std::time::Duration;

use jiff::Timestamp;

use super::{
    batch::{Batch, Sent},
    dead_letters::DeadLetters,
    error::RelayError,
    lines::Lines,
    stop::Stop,
    waiting::Waits,
    webhook::{Answer, Webhook},
};
use crate::output::{harmless, say};

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

/// What has become of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Delivered {
    /// It is durably where it belongs.
    Done,
    /// The end was asked for before it was taken. It is to be sent again.
    Stopped,
}

impl Delivery {
    /// Returns once the batch is where it belongs, or the end is asked for.
    pub(super) fn deliver(&mut self, batch: &Batch, stop: &Stop) -> Result<Delivered, RelayError> {
        match self {
            Delivery::Webhook(to) => to.deliver(batch, stop),
            Delivery::File { lines, last } => {
                // What a relay wrote that was killed before it could say so is there already.
                let is_new = |event: &&Sent| event.position > *last;
                let new = batch.events.iter().filter(is_new).map(|event| event.json.as_str());
                let written = lines.append(new);
                written.map_err(|source| RelayError::Io { path: lines.path().to_owned(), source })?;
                *last = batch.ends().map_or(*last, |(_, end)| end.max(*last));
                Ok(Delivered::Done)
            }
        }
    }
}

impl ToWebhook {
    fn deliver(&mut self, batch: &Batch, stop: &Stop) -> Result<Delivered, RelayError> {
        let Some((first, last)) = batch.ends() else { return Ok(Delivered::Done) };
        let mut attempts = 0;
        loop {
            attempts += 1;
            match self.webhook.send(batch, Timestamp::now()) {
                Answer::Taken => return Ok(Delivered::Done),
                Answer::Refused { status } => {
                    let Some(dead_letters) = &mut self.dead_letters else {
                        return Err(RelayError::Refused { first, last, status });
                    };
                    say(&format!(
                        "接收方拒绝（{status}），已写入死信 refused and put among dead letters: {first}–{last}"
                    ));
                    dead_letters.add(batch, status)?;
                    return Ok(Delivered::Done);
                }
                Answer::Again { why, .. } if self.attempts_max.is_some_and(|most| attempts >= most) => {
                    return Err(RelayError::GivenUp { attempts, first, last, why });
                }
                Answer::Again { after, why } => {
                    let wait = self.waits.after(attempts, after);
                    say_again(wait, first, last, &why);
                    if stop.wait(wait) {
                        return Ok(Delivered::Stopped);
                    }
                }
            }
        }
    }
}

fn say_again(wait: Duration, first: u64, last: u64, why: &str) {
    let seconds = wait.as_secs_f64();
    say(&format!(
        "未送达，{seconds:.1} 秒后重试 not taken, again in {seconds:.1} s: {first}–{last} ({})",
        harmless(why)
    ));
}
