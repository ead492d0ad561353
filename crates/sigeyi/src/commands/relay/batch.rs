//! Events on their way, in the words in which they are sent.

/// One event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sent {
    pub(super) position: u64,
    /// The CloudEvent, JSON on one line.
    pub(super) json: String,
}

/// A piece of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Batch {
    /// In the order of positions.
    pub(super) events: Vec<Sent>,
    /// The log has been looked through up to here.
    pub(super) through: u64,
}

impl Batch {
    /// First and last position; none without events.
    pub(super) fn ends(&self) -> Option<(u64, u64)> {
        Some((self.events.first()?.position, self.events.last()?.position))
    }

    /// As a CloudEvents batch.
    pub(super) fn body(&self) -> String {
        let events: Vec<&str> = self.events.iter().map(|event| event.json.as_str()).collect();
        format!("[{}]", events.join(","))
    }
}
