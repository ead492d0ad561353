//! The two times of a question, as they are written on the command line and sent to a server.

use serde_json::{Value, json};
use sigeyi_domain::Day;
use sigeyi_engine::{KnownAt, Position, Times};

use crate::{args::TimesArgs, error::CliError};

/// The times that were given.
pub(super) fn times(args: &TimesArgs) -> Result<Times, CliError> {
    Ok(Times {
        as_of: args.day.day()?,
        known_at: args.known_at.as_deref().map(|text| moment("--known-at", text)).transpose()?,
    })
}

/// What was known, as a variable of GraphQL.
pub(super) fn known_at(known_at: KnownAt) -> Value {
    match known_at {
        KnownAt::Position(position) => json!({ "position": position.to_string() }),
        KnownAt::Moment(micros) => {
            // The last days that can be written lie after the last moment that can.
            let furthest = if micros < 0 { jiff::Timestamp::MIN } else { jiff::Timestamp::MAX };
            let moment = jiff::Timestamp::from_microsecond(micros).unwrap_or(furthest);
            json!({ "moment": moment.to_string() })
        }
    }
}

/// A position, a moment with its offset, or a date: the end of that day in China.
pub(super) fn moment(option: &str, text: &str) -> Result<KnownAt, CliError> {
    if let Ok(position) = text.parse() {
        return Ok(KnownAt::Position(Position(position)));
    }
    if let Ok(day) = Day::parse(text) {
        let next_midnight_utc = i64::from(day.plus(1).days()) * 86_400_000_000;
        return Ok(KnownAt::Moment(next_midnight_utc - 8 * 3_600_000_000 - 1));
    }
    text.parse::<jiff::Timestamp>().map(|moment| KnownAt::Moment(moment.as_microsecond())).map_err(|_| {
        CliError::Usage(format!(
            "{option} {text}: 应为位置、日期或带时区的时刻 give a position, a date, or a moment such as 2023-11-30T18:00:00+08:00"
        ))
    })
}
