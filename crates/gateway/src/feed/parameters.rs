//! What an address asks for: a cursor, how much of what follows, and which events. [`AFTER`] and those below it are the table of all parameters.

use std::fmt;

use percent_encoding::percent_decode_str;
use sigeyi_domain::{Day, EventType, Plan, Step, divisions};
use sigeyi_engine::{LogFilter, Position};

use crate::event_filter::{EventsWanted, NothingFits};

/// A parameter of addresses.
pub(super) struct Parameter {
    pub(super) name: &'static str,
    /// What its value must be, for whoever sent another.
    expected: &'static str,
    /// Whether it may be there several times: its values are added up.
    is_list: bool,
    read: Read,
}

/// Takes a value; none where it is not what it must be.
type Read = fn(&str, &mut Found) -> Option<Result<(), BadParameter>>;

const A_POSITION: &str = "a position, a whole number such as 42";
const A_DAY: &str = "a day of the calendar such as 2024-02-29";
const A_MOMENT: &str = "a moment with its offset such as 2023-11-30T18:00:00%2B08:00";

pub(super) static AFTER: Parameter = one("after", A_POSITION, |value, found| {
    found.after = Some(position(value)?);
    DONE
});
pub(super) static FROM: Parameter = Parameter { name: "from", ..AFTER };
pub(super) static TO: Parameter = one("to", A_POSITION, |value, found| {
    found.to = Some(position(value)?);
    DONE
});
pub(super) static LIMIT: Parameter = one("limit", "a number of events from 1 to 1000", |value, found| {
    let limit = usize::try_from(position(value)?.0).ok()?;
    found.limit = Some((1..=LIMIT_MAX).contains(&limit).then_some(limit)?);
    DONE
});
static TYPE: Parameter = Parameter {
    is_list: true,
    ..one("type", "names of types such as AbilityAssessed, with commas between them", |value, found| {
        add(value, EventType::ALL, EventType::name, &mut found.wanted.types)
    })
};
static STEP: Parameter = Parameter {
    is_list: true,
    ..one("step", "names of steps such as AbilityAssessed, with commas between them", |value, found| {
        add(value, Step::ALL, Step::name, &mut found.wanted.steps)
    })
};
static REGION: Parameter = one("region", "a code of six digits such as 150102", |value, found| {
    let code = position(value).and_then(|code| u32::try_from(code.0).ok());
    found.wanted.region = code.and_then(|code| divisions().region(code));
    Some(found.wanted.region.map(|_| ()).ok_or(BadParameter::UnknownRegion))
});
static PLAN: Parameter = one("plan", "the id of a plan", |value, found| {
    found.wanted.plan = Plan::find(value);
    Some(found.wanted.plan.map(|_| ()).ok_or(BadParameter::UnknownPlan))
});
static EFFECTIVE_FROM: Parameter = one("effectiveFrom", A_DAY, |value, found| {
    found.wanted.effective_from = Some(Day::parse(value).ok()?);
    DONE
});
static EFFECTIVE_TO: Parameter = one("effectiveTo", A_DAY, |value, found| {
    found.wanted.effective_to = Some(Day::parse(value).ok()?);
    DONE
});
static RECORDED_FROM: Parameter = one("recordedFrom", A_MOMENT, |value, found| {
    found.wanted.recorded_from = Some(moment(value)?);
    DONE
});
static RECORDED_BEFORE: Parameter = one("recordedBefore", A_MOMENT, |value, found| {
    found.wanted.recorded_before = Some(moment(value)?);
    DONE
});

/// Those of every address: which events.
static OF_FILTERS: [&Parameter; 8] =
    [&TYPE, &STEP, &REGION, &PLAN, &EFFECTIVE_FROM, &EFFECTIVE_TO, &RECORDED_FROM, &RECORDED_BEFORE];

/// Events that a page may have at most.
const LIMIT_MAX: usize = 1_000;
/// A value was taken.
const DONE: Option<Result<(), BadParameter>> = Some(Ok(()));

/// One that may be there once.
const fn one(name: &'static str, expected: &'static str, read: Read) -> Parameter {
    Parameter { name, expected, is_list: false, read }
}

/// What was asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Parameters {
    /// Strictly after this position: `after`, or `from`.
    pub(super) after: Option<Position>,
    /// Up to this position and with it.
    pub(super) to: Option<Position>,
    /// So many events.
    pub(super) limit: Option<usize>,
    pub(super) filter: LogFilter,
}

/// The values as they are found.
#[derive(Default)]
struct Found {
    after: Option<Position>,
    to: Option<Position>,
    limit: Option<usize>,
    wanted: EventsWanted,
}

/// Why an address asks for nothing that there is. Nothing of what was sent is repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum BadParameter {
    #[error(
        "a parameter of the address is not one of those that are taken here: look at the page for analysts"
    )]
    NotTaken,
    #[error("the parameter {} is there twice: send it once", .0.name)]
    Twice(&'static Parameter),
    #[error("the parameter {} must be {}", .0.name, .0.expected)]
    Value(&'static Parameter),
    #[error("no region has this code: take one that `regions` lists")]
    UnknownRegion,
    #[error("no plan has this id: take one that `plans` lists")]
    UnknownPlan,
    #[error(transparent)]
    NothingFits(#[from] NothingFits),
}

/// Names tell them apart.
impl PartialEq for Parameter {
    fn eq(&self, other: &Parameter) -> bool {
        self.name == other.name
    }
}

impl Eq for Parameter {}

impl fmt::Debug for Parameter {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name)
    }
}

impl Parameters {
    /// From the query of an address, which may have these parameters beside those of filters.
    pub(super) fn parse(query: &str, takes: &[&'static Parameter]) -> Result<Parameters, BadParameter> {
        let (mut found, mut seen) = (Found::default(), Vec::new());
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let parameter = takes.iter().chain(&OF_FILTERS).copied().find(|it| it.name == name);
            let parameter = parameter.ok_or(BadParameter::NotTaken)?;
            if seen.contains(&parameter) && !parameter.is_list {
                return Err(BadParameter::Twice(parameter));
            }
            seen.push(parameter);
            let bad = BadParameter::Value(parameter);
            // A plus stays one: no value has a space in it, and offsets of moments are often sent so.
            let value = percent_decode_str(value).decode_utf8().map_err(|_| bad)?;
            (parameter.read)(&value, &mut found).ok_or(bad)??;
        }
        let Found { after, to, limit, wanted } = found;
        Ok(Parameters { after, to, limit, filter: wanted.filter()? })
    }
}

impl BadParameter {
    /// Stable code.
    pub(super) fn code(self) -> &'static str {
        match self {
            BadParameter::NotTaken | BadParameter::Twice(_) | BadParameter::Value(_) => "BAD_PARAMETER",
            BadParameter::UnknownRegion => "UNKNOWN_REGION",
            BadParameter::UnknownPlan => "UNKNOWN_PLAN",
            BadParameter::NothingFits(_) => NothingFits::CODE,
        }
    }
}

/// A whole number of digits alone.
pub(super) fn position(text: &str) -> Option<Position> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().ok()).flatten().map(Position)
}

fn moment(text: &str) -> Option<i64> {
    text.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_microsecond)
}

/// Adds the values of a list, each once; none where one is not in it.
fn add<T: Copy + PartialEq>(
    text: &str,
    all: &[T],
    name: fn(T) -> &'static str,
    to: &mut Vec<T>,
) -> Option<Result<(), BadParameter>> {
    for part in text.split(',') {
        let value = *all.iter().find(|value| name(**value) == part)?;
        if !to.contains(&value) {
            to.push(value);
        }
    }
    DONE
}

/// The same address again, with steps and plans as the types and days that they stand for: what tests and fuzz targets compare.
#[cfg(any(test, feature = "fuzzing"))]
impl Parameters {
    pub(super) fn query(&self, cursor: &Parameter) -> String {
        let LogFilter {
            types,
            regions,
            person: _,
            effective_from,
            effective_to,
            recorded_from,
            recorded_before,
        } = &self.filter;
        let types: Vec<&str> = types.iter().map(|it| it.name()).collect();
        let region = regions.iter().flatten().next().map(|region| format!("{:06}", region.division().code));
        let moment = |moment: &Option<i64>| {
            moment.and_then(|it| jiff::Timestamp::from_microsecond(it).ok()).map(|it| it.to_string())
        };
        let pairs = [
            (cursor, self.after.map(|it| it.to_string())),
            (&TO, self.to.map(|it| it.to_string())),
            (&LIMIT, self.limit.map(|it| it.to_string())),
            (&TYPE, Some(types.join(",")).filter(|it| !it.is_empty())),
            (&REGION, region),
            (&EFFECTIVE_FROM, effective_from.map(|it| it.to_string())),
            (&EFFECTIVE_TO, effective_to.map(|it| it.to_string())),
            (&RECORDED_FROM, moment(recorded_from)),
            (&RECORDED_BEFORE, moment(recorded_before)),
        ];
        let written = pairs.into_iter().filter_map(|(parameter, value)| Some((parameter.name, value?)));
        written.map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
    }
}

#[cfg(test)]
mod tests;
