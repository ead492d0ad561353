//! The place of a record in the log, by which later records name it.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The place of an event in the log, gapless from 1.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Position(pub u64);

impl Position {
    /// Later than everything: "knowing all that is known".
    pub const LATEST: Position = Position(u64::MAX);
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
