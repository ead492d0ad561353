//! A history as it is printed, wherever it comes from.

use serde_json::Value;
use sigeyi_domain::Event;

use super::says::says;
use crate::output::harmless;

/// The events of one person, in order.
pub(super) struct History {
    /// Id of the person.
    pub(super) person: String,
    /// Id of the log.
    pub(super) log: String,
    /// Whether nobody in it is real.
    pub(super) is_synthetic: bool,
    /// What had happened by the end of this day.
    pub(super) as_of: String,
    /// What was known.
    pub(super) position: String,
    /// The last position of the log.
    pub(super) head: String,
    /// What the log had signed when it was asked; none where it has signed nothing, or where nobody looks.
    pub(super) checkpoint: Option<Checkpoint>,
    pub(super) entries: Vec<Entry>,
}

/// What a log has signed.
pub(super) struct Checkpoint {
    /// The name of the log's key.
    pub(super) origin: String,
    /// So many events.
    pub(super) size: u64,
    /// Root of the tree over them, in base64.
    pub(super) root: String,
}

/// One event.
pub(super) struct Entry {
    pub(super) position: String,
    pub(super) version: u32,
    /// Stored name of the type, and its Chinese term.
    pub(super) event_type: String,
    pub(super) label: String,
    pub(super) effective_on: String,
    pub(super) recorded_at: Option<jiff::Timestamp>,
    /// Days from the one to the other, and whether the month was over by then.
    pub(super) recorded_after_days: i32,
    pub(super) is_late: bool,
    /// The person's county as known when it was recorded: code and name.
    pub(super) region: Option<(String, String)>,
    pub(super) actor: String,
    pub(super) office: String,
    /// What happened; none of a type that is not known here.
    pub(super) event: Option<Event>,
    pub(super) clear: Value,
    pub(super) sealed: Value,
    pub(super) changes: Vec<Change>,
    /// Positions of the person's other events that it has to do with.
    pub(super) voids: Option<String>,
    pub(super) voided_by: Option<String>,
    pub(super) corrects: Vec<String>,
    pub(super) corrected_by: Vec<String>,
}

/// One thing that the register says differently since.
pub(super) struct Change {
    pub(super) field: String,
    pub(super) before: Option<String>,
    pub(super) after: String,
}

impl Entry {
    /// What the event says, a part for each thing.
    pub(super) fn content(&self) -> Vec<String> {
        self.event.as_ref().map(says).unwrap_or_default()
    }

    /// What the register says differently since, a line for each field.
    pub(super) fn changes(&self) -> impl Iterator<Item = String> {
        self.changes.iter().map(|Change { field, before, after }| {
            let (field, after) = (harmless(field), harmless(after));
            match before {
                Some(before) => format!("{field}：{} → {after}", harmless(before)),
                None => format!("{field}：{after}"),
            }
        })
    }

    /// Recorded time as an office in China reads it.
    pub(super) fn recorded_in_china(&self) -> String {
        let in_china = |moment| jiff::tz::offset(8).to_datetime(moment).strftime("%Y-%m-%d %H:%M:%S");
        self.recorded_at.map(|moment| in_china(moment).to_string()).unwrap_or_default()
    }

    /// Recorded time as programs read it.
    pub(super) fn recorded_utc(&self) -> String {
        self.recorded_at.map(|at| at.to_string()).unwrap_or_default()
    }
}
