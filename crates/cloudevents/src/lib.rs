//! Events of the log as CloudEvents 1.0 in structured JSON, one line each: the words of every stream and file for analysts.
//!
//! What is given here is written as it is: who may see an event, and under which pseudonym, was decided before. Only what stands in the header and
//! in the clear body can be written, and of the header neither actor, office nor command. Beside them stand the words in which somebody says which of
//! them are wanted. `docs/analysts.md` lists both.

mod ending;
mod event;
mod filter;

pub use ending::Ending;
pub use event::{CloudEvents, Type};
pub use filter::{BadFilter, EventsWanted, FilterParameter, NothingFits};

/// Media type of one event in structured JSON.
pub const EVENT_MEDIA_TYPE: &str = "application/cloudevents+json";
/// Media type of a list of events.
pub const BATCH_MEDIA_TYPE: &str = "application/cloudevents-batch+json";
/// Media type of an event a line.
pub const LINES_MEDIA_TYPE: &str = "application/x-ndjson";

#[cfg(test)]
mod tests;
