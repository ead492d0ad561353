//! Tables as every format can write them.

use sigeyi_domain::Day;

/// One column.
#[derive(Debug, Clone, Copy)]
pub(super) struct Column {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    /// Whether a cell may be empty.
    pub(super) is_optional: bool,
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Number,
    Day,
    /// µs since 1970-01-01T00:00:00Z.
    Moment,
    Flag,
}

/// What stands in one column of one row.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Cell {
    Empty,
    Text(String),
    Number(u64),
    Day(Day),
    Moment(i64),
    Flag(bool),
}

/// A column of which every cell is filled.
pub(super) const fn filled(name: &'static str, kind: Kind) -> Column {
    Column { name, kind, is_optional: false }
}

/// A column with cells that may be empty.
pub(super) const fn optional(name: &'static str, kind: Kind) -> Column {
    Column { name, kind, is_optional: true }
}

impl Cell {
    pub(super) fn text(text: impl Into<String>) -> Cell {
        Cell::Text(text.into())
    }

    /// As text; empty where nothing is.
    pub(super) fn to_text(&self) -> String {
        match self {
            Cell::Empty => String::new(),
            Cell::Text(text) => text.clone(),
            Cell::Number(number) => number.to_string(),
            Cell::Day(day) => day.to_string(),
            Cell::Moment(micros) => moment(*micros),
            Cell::Flag(flag) => flag.to_string(),
        }
    }
}

impl<T> From<Option<T>> for Cell
where
    Cell: From<T>,
{
    fn from(value: Option<T>) -> Cell {
        value.map_or(Cell::Empty, Cell::from)
    }
}

impl From<Day> for Cell {
    fn from(day: Day) -> Cell {
        Cell::Day(day)
    }
}

impl From<bool> for Cell {
    fn from(flag: bool) -> Cell {
        Cell::Flag(flag)
    }
}

impl From<u64> for Cell {
    fn from(number: u64) -> Cell {
        Cell::Number(number)
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Cell {
        Cell::Text(text)
    }
}

fn moment(micros: i64) -> String {
    let moment = jiff::Timestamp::from_microsecond(micros).unwrap_or_default();
    format!("{moment:.6}")
}
