//! The last line of a file of events.

use std::fmt::Write;

use serde::{Deserialize, Serialize};

/// What a file says of itself in its last line. A file without it was cut off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Ending {
    /// Lines before this one.
    pub count: u64,
    /// Position of the last event of the file; where there is none, the position after which it begins.
    #[serde(with = "as_text")]
    pub last_position: u64,
    /// The log was looked through up to here: the next file begins after it.
    #[serde(with = "as_text")]
    pub through: u64,
    /// The end of the log when the file began.
    #[serde(with = "as_text")]
    pub head: u64,
}

impl Ending {
    /// As JSON on one line, without the line's end.
    pub fn write(&self, out: &mut String) {
        let Ending { count, last_position, through, head } = self;
        // Writing into a text cannot fail.
        let _ = write!(
            out,
            r#"{{"end":{{"count":{count},"lastPosition":"{last_position}","through":"{through}","head":"{head}"}}}}"#
        );
    }

    /// From such a line; none if it is another.
    pub fn parse(line: &str) -> Option<Ending> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Line {
            end: Ending,
        }
        serde_json::from_str::<Line>(line).ok().map(|line| line.end)
    }
}

/// A position is a text, as everywhere.
mod as_text {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(position: &u64, out: S) -> Result<S::Ok, S::Error> {
        out.collect_str(position)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(given: D) -> Result<u64, D::Error> {
        let text = String::deserialize(given)?;
        text.parse().map_err(|_| D::Error::custom("this is no position"))
    }
}
