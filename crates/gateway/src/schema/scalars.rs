//! Values that GraphQL has no type of its own for.

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use sigeyi_domain::Day;
use uuid::Uuid;

use crate::executor::ScalarRule;

/// What the scalars take that clients send.
pub(crate) const SCALARS: &[ScalarRule] = &[
    ScalarRule {
        name: "Position",
        takes: takes::<Position>,
        expected: "must be a position, a whole number in a string such as \"42\"",
    },
    ScalarRule {
        name: "Date",
        takes: takes::<Date>,
        expected: "must be a day of the calendar as YYYY-MM-DD, such as \"2024-02-29\"",
    },
    ScalarRule {
        name: "DateTime",
        takes: takes::<DateTime>,
        expected: "must be a moment with its offset, such as \"2023-11-30T18:00:00+08:00\"",
    },
    ScalarRule {
        name: "UUID",
        takes: takes::<Uuid>,
        expected: "must be a UUID, such as \"0190a6e2-8c2b-7d44-9f0e-3a5f1c2d4e6b\"",
    },
];

fn takes<T: ScalarType>(value: Value) -> bool {
    T::parse(value).is_ok()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Position(pub(crate) sigeyi_engine::Position);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Date(pub(crate) Day);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct DateTime {
    /// µs since 1970-01-01T00:00:00Z.
    pub(crate) micros: i64,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Json(pub(crate) Value);

/// A place in the log: a whole number as a string, since it outgrows 32 bits. The first event stands at "1"; "0" is before it.
#[Scalar]
impl ScalarType for Position {
    fn parse(value: Value) -> InputValueResult<Self> {
        let digits = match &value {
            Value::String(text) => text.as_str(),
            _ => "",
        };
        let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        let number = is_number.then(|| digits.parse().ok()).flatten();
        number.map(|number| Position(sigeyi_engine::Position(number))).ok_or_else(|| {
            InputValueError::custom("a position is a whole number as a string, such as \"42\"")
        })
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

/// A day in China, `YYYY-MM-DD`.
#[Scalar]
impl ScalarType for Date {
    fn parse(value: Value) -> InputValueResult<Self> {
        let text = match &value {
            Value::String(text) => text.as_str(),
            _ => "",
        };
        Day::parse(text).map(Date).map_err(|error| InputValueError::custom(error.to_string()))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

/// A moment, RFC 3339 with its offset, such as `2023-11-30T18:00:00+08:00`. Given in UTC with microseconds.
#[Scalar]
impl ScalarType for DateTime {
    fn parse(value: Value) -> InputValueResult<Self> {
        let text = match &value {
            Value::String(text) => text.as_str(),
            _ => "",
        };
        let moment: Result<jiff::Timestamp, _> = text.parse();
        moment.map(|moment| DateTime { micros: moment.as_microsecond() }).map_err(|_| {
            InputValueError::custom("a moment is written with its offset, such as 2023-11-30T18:00:00+08:00")
        })
    }

    fn to_value(&self) -> Value {
        let moment = jiff::Timestamp::from_microsecond(self.micros).unwrap_or_default();
        Value::String(format!("{moment:.6}"))
    }
}

/// Any JSON value.
#[Scalar(name = "JSON")]
impl ScalarType for Json {
    fn parse(value: Value) -> InputValueResult<Self> {
        Ok(Json(value))
    }

    fn to_value(&self) -> Value {
        self.0.clone()
    }
}
