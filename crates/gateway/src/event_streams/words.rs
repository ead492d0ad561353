//! In which words a group has its events.

use std::fmt::Write;

use bytes::Bytes;
use sigeyi_cloudevents::CloudEvents;

use super::selection::Selected;
use crate::scope::{Readable, ReadableLog};

/// What the subscribers of one group ask for.
pub(super) struct Wanted {
    /// What may be read, and how it is shown: whoever may read something else is in another group.
    pub(super) log: ReadableLog,
    pub(super) words: Words,
}

/// The words for an event.
pub(super) enum Words {
    /// The answer to a selection of GraphQL.
    Selected(Box<Selected>),
    /// A message of an event stream with a CloudEvent as its data, its type as the message's and its position as the message's id.
    Messages(CloudEvents),
}

impl Wanted {
    pub(super) async fn words_for(&self, event: Readable) -> Bytes {
        match &self.words {
            Words::Selected(selected) => selected.words_for(event).await,
            Words::Messages(events) => message(events, &event).into(),
        }
    }

    /// The same for those who want the same in the same words.
    pub(super) fn key(&self) -> String {
        match &self.words {
            Words::Selected(selected) => format!("{} {}", selected.key(), self.log.key()),
            Words::Messages(_) => format!("messages {}", self.log.key()),
        }
    }

    /// Whether the words of several events are given as one.
    pub(super) fn are_joined(&self) -> bool {
        matches!(self.words, Words::Messages(_))
    }
}

fn message(events: &CloudEvents, event: &Readable) -> String {
    let mut text = String::new();
    let kind = CloudEvents::type_of(event.entry());
    // Writing into a text cannot fail.
    let _ = write!(text, "id: {}\nevent: {kind}\ndata: ", event.position());
    events.write(event.entry(), &mut text);
    text.push_str("\n\n");
    text
}
