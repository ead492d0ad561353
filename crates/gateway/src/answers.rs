//! Answers that were given at the newest position: whoever asks the same there gets the same, and of several who ask at the same time one
//! asks for all. Nothing is kept beyond the position and the day that it is of.

use std::{
    collections::{HashMap, hash_map::Entry},
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;
use parking_lot::Mutex;
use sigeyi_engine::At;
use tokio::sync::watch;

use crate::{asked::Question, scope::Sighting};

/// Memory of kept answers with their questions, in bytes. When it is full, keeping begins anew.
const KEPT_BYTES_MAX: usize = 16 << 20;
/// A longer answer is not kept, in bytes, with who is shown in it.
const ANSWER_BYTES_MAX: usize = 64 << 10;
/// Whoever has waited so long for the one who asks for all asks alone: that one may be waiting for a position.
pub(crate) const FOLLOWED_FOR: Duration = Duration::from_secs(1);

/// The answers of one gateway.
#[derive(Default)]
pub(crate) struct Answers {
    newest: Mutex<Newest>,
}

/// What is known at the newest position that was asked at.
#[derive(Default)]
struct Newest {
    at: Option<At>,
    answers: HashMap<Question, Known>,
    bytes: usize,
}

/// What is known of one question.
enum Known {
    Answer(Kept),
    /// Somebody asks at the moment.
    Asked(watch::Receiver<Option<Kept>>),
}

/// What to do about a question.
pub(crate) enum Turn {
    /// This is the answer.
    Kept(Kept),
    /// Others ask already.
    Follow(Others),
    /// Nobody has asked: find out, and tell the others.
    Ask(Answering),
    /// Others have asked at a later position already: find out, for this request alone.
    Alone,
}

/// Somebody who asks the same.
pub(crate) struct Others {
    answer: watch::Receiver<Option<Kept>>,
}

/// An answer, and who is shown in it: each request that is given it is written down for itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Kept {
    pub(crate) json: Bytes,
    pub(crate) shown: Arc<[Sighting]>,
}

/// The duty to tell the others. Dropped without an answer, each of them asks alone.
pub(crate) struct Answering {
    answers: Arc<Answers>,
    at: At,
    question: Option<Question>,
    tell: watch::Sender<Option<Kept>>,
}

impl Answers {
    /// What to do about a question that is asked at a position and on a day.
    pub(crate) fn turn(self: &Arc<Answers>, at: At, question: Question) -> Turn {
        let mut newest = self.newest.lock();
        match newest.at {
            Some(newest) if newest == at => {}
            // Neither positions nor days go back.
            Some(newest) if newest.position > at.position || newest.today > at.today => return Turn::Alone,
            _ => *newest = Newest { at: Some(at), ..Newest::default() },
        }
        match newest.answers.entry(question) {
            Entry::Occupied(known) => match known.get() {
                Known::Answer(kept) => Turn::Kept(kept.clone()),
                Known::Asked(answer) => Turn::Follow(Others { answer: answer.clone() }),
            },
            Entry::Vacant(place) => {
                let (tell, answer) = watch::channel(None);
                let question = Some(place.key().clone());
                place.insert(Known::Asked(answer));
                Turn::Ask(Answering { answers: self.clone(), at, question, tell })
            }
        }
    }
}

impl Kept {
    /// Memory that it takes, about, in bytes.
    fn bytes(&self) -> usize {
        self.json.len() + self.shown.iter().map(Sighting::bytes).sum::<usize>()
    }
}

impl Others {
    /// Their answer; none when they have none that is also that of others, or not within this time.
    pub(crate) async fn answer(mut self, within: Duration) -> Option<Kept> {
        let told = tokio::time::timeout(within, self.answer.wait_for(Option::is_some)).await;
        told.ok()?.ok()?.clone()
    }
}

impl Answering {
    /// This is the answer to everybody who asks the same at this position and on this day.
    pub(crate) fn done(mut self, kept: Kept) {
        let Some(question) = self.question.take() else { return };
        let mut newest = self.answers.newest.lock();
        if newest.at == Some(self.at) {
            newest.keep(question, kept.clone());
        }
        drop(newest);
        self.tell.send_replace(Some(kept));
    }
}

impl Drop for Answering {
    fn drop(&mut self) {
        let Some(question) = &self.question else { return };
        let mut newest = self.answers.newest.lock();
        if newest.at == Some(self.at) {
            newest.answers.remove(question);
        }
    }
}

impl Newest {
    fn keep(&mut self, question: Question, kept: Kept) {
        let bytes = question.bytes() + kept.bytes();
        if kept.bytes() > ANSWER_BYTES_MAX {
            self.answers.remove(&question);
            return;
        }
        if self.bytes + bytes > KEPT_BYTES_MAX {
            self.answers.retain(|_, known| matches!(known, Known::Asked(_)));
            self.bytes = 0;
        }
        self.bytes += bytes;
        self.answers.insert(question, Known::Answer(kept));
    }
}

#[cfg(test)]
mod tests;
