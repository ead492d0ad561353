//! What an address asks for: a cursor, how much of what follows, and which events.

use percent_encoding::percent_decode_str;
use sigeyi_domain::{Day, EventType, Plan, Step, divisions};
use sigeyi_engine::{LogFilter, Position};

use crate::event_filter::{EventsWanted, NothingFits};

/// The parameters of addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Parameter {
    After,
    Limit,
    From,
    To,
    Type,
    Step,
    Region,
    Plan,
    EffectiveFrom,
    EffectiveTo,
    RecordedFrom,
    RecordedBefore,
}

use Parameter as P;

/// Those of every address: which events.
const OF_FILTERS: [Parameter; 8] = [
    P::Type,
    P::Step,
    P::Region,
    P::Plan,
    P::EffectiveFrom,
    P::EffectiveTo,
    P::RecordedFrom,
    P::RecordedBefore,
];

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

/// Why an address asks for nothing that there is. Nothing of what was sent is repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum BadParameter {
    #[error(
        "a parameter of the address is not one of those that are taken here: look at the page for analysts"
    )]
    NotTaken,
    #[error("the parameter {} is there twice: send it once", .0.name())]
    Twice(Parameter),
    #[error("the parameter {} must be {}", .0.name(), .0.expected())]
    Value(Parameter),
    #[error("no region has this code: take one that `regions` lists")]
    UnknownRegion,
    #[error("no plan has this id: take one that `plans` lists")]
    UnknownPlan,
    #[error(transparent)]
    NothingFits(#[from] NothingFits),
}

impl Parameter {
    const ALL: [Parameter; 12] = [
        P::After,
        P::Limit,
        P::From,
        P::To,
        P::Type,
        P::Step,
        P::Region,
        P::Plan,
        P::EffectiveFrom,
        P::EffectiveTo,
        P::RecordedFrom,
        P::RecordedBefore,
    ];

    pub(super) fn name(self) -> &'static str {
        match self {
            P::After => "after",
            P::Limit => "limit",
            P::From => "from",
            P::To => "to",
            P::Type => "type",
            P::Step => "step",
            P::Region => "region",
            P::Plan => "plan",
            P::EffectiveFrom => "effectiveFrom",
            P::EffectiveTo => "effectiveTo",
            P::RecordedFrom => "recordedFrom",
            P::RecordedBefore => "recordedBefore",
        }
    }

    fn expected(self) -> &'static str {
        match self {
            P::After | P::From | P::To => "a position, a whole number such as 42",
            P::Limit => "a number of events from 1 to 1000",
            P::Type => "names of types such as AbilityAssessed, with commas between them",
            P::Step => "names of steps such as AbilityAssessed, with commas between them",
            P::Region => "a code of six digits such as 150102",
            P::Plan => "the id of a plan",
            P::EffectiveFrom | P::EffectiveTo => "a day of the calendar such as 2024-02-29",
            P::RecordedFrom | P::RecordedBefore => {
                "a moment with its offset such as 2023-11-30T18:00:00%2B08:00"
            }
        }
    }

    /// Whether it may be there several times: its values are added up.
    fn is_list(self) -> bool {
        matches!(self, P::Type | P::Step)
    }
}

impl Parameters {
    /// Events that a page may have at most.
    pub(super) const LIMIT_MAX: usize = 1_000;

    /// From the query of an address, which may have these parameters beside those of filters.
    pub(super) fn parse(query: &str, takes: &[Parameter]) -> Result<Parameters, BadParameter> {
        let (mut found, mut wanted, mut seen) = (Parameters::default(), EventsWanted::default(), Vec::new());
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let is_taken = |it: &&Parameter| takes.contains(it) || OF_FILTERS.contains(it);
            let parameter = Parameter::ALL.iter().filter(is_taken).find(|it| it.name() == name);
            let parameter = *parameter.ok_or(BadParameter::NotTaken)?;
            if seen.contains(&parameter) && !parameter.is_list() {
                return Err(BadParameter::Twice(parameter));
            }
            seen.push(parameter);
            // A plus stays one: no value has a space in it, and offsets of moments are often sent so.
            let value =
                percent_decode_str(value).decode_utf8().map_err(|_| BadParameter::Value(parameter))?;
            found.take(parameter, &value, &mut wanted)?;
        }
        Ok(Parameters { filter: wanted.filter()?, ..found })
    }

    fn take(
        &mut self,
        parameter: Parameter,
        value: &str,
        wanted: &mut EventsWanted,
    ) -> Result<(), BadParameter> {
        let bad = BadParameter::Value(parameter);
        match parameter {
            P::After | P::From => self.after = Some(position(value).ok_or(bad)?),
            P::To => self.to = Some(position(value).ok_or(bad)?),
            P::Limit => {
                let limit = position(value).and_then(|limit| usize::try_from(limit.0).ok()).ok_or(bad)?;
                let fits = (1..=Parameters::LIMIT_MAX).contains(&limit);
                self.limit = Some(if fits { limit } else { return Err(bad) });
            }
            P::Type => add(value, EventType::ALL, EventType::name, &mut wanted.types).ok_or(bad)?,
            P::Step => add(value, Step::ALL, Step::name, &mut wanted.steps).ok_or(bad)?,
            P::Region => {
                let code = position(value).and_then(|code| u32::try_from(code.0).ok());
                let region = code.and_then(|code| divisions().region(code));
                wanted.region = Some(region.ok_or(BadParameter::UnknownRegion)?);
            }
            P::Plan => wanted.plan = Some(Plan::find(value).ok_or(BadParameter::UnknownPlan)?),
            P::EffectiveFrom => wanted.effective_from = Some(Day::parse(value).map_err(|_| bad)?),
            P::EffectiveTo => wanted.effective_to = Some(Day::parse(value).map_err(|_| bad)?),
            P::RecordedFrom => wanted.recorded_from = Some(moment(value).ok_or(bad)?),
            P::RecordedBefore => wanted.recorded_before = Some(moment(value).ok_or(bad)?),
        }
        Ok(())
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
) -> Option<()> {
    for part in text.split(',') {
        let value = *all.iter().find(|value| name(**value) == part)?;
        if !to.contains(&value) {
            to.push(value);
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TAKEN: [Parameter; 2] = [P::After, P::Limit];

    fn parsed(query: &str) -> Result<Parameters, BadParameter> {
        Parameters::parse(query, &TAKEN)
    }

    #[test]
    fn nothing_asks_for_everything() {
        assert_eq!(parsed(""), Ok(Parameters::default()));
    }

    #[test]
    fn every_filter_is_understood() {
        let query = "after=42&limit=7&type=InfoVerified,PersonLeft&type=AbilityAssessed&region=150100&plan=nmg-2022-2024\
            &effectiveFrom=2023-01-01&effectiveTo=2023-12-31&recordedFrom=2023-11-30T18:00:00+08:00\
            &recordedBefore=2023-11-30T18%3A00%3A00.000001%2B08%3A00";
        let found = parsed(query).unwrap();
        assert_eq!((found.after, found.limit, found.to), (Some(Position(42)), Some(7), None));
        let filter = found.filter;
        assert_eq!(
            filter.types,
            [EventType::InfoVerified, EventType::PersonLeft, EventType::AbilityAssessed]
        );
        assert_eq!(filter.regions, divisions().region(150_100).map(|region| vec![region]));
        assert_eq!(filter.effective_from, Some(Day::parse("2023-01-01").unwrap()));
        assert_eq!(filter.effective_to, Some(Day::parse("2023-12-31").unwrap()));
        assert_eq!(filter.recorded_from, Some(1_701_338_400_000_000));
        assert_eq!(filter.recorded_before, Some(1_701_338_400_000_001));
        let steps = parsed("step=AbilityAssessed").unwrap().filter.types;
        assert_eq!(steps, [EventType::AbilityAssessed, EventType::AssessmentDeclined]);
    }

    #[test]
    fn whatever_is_wrong_is_named_and_what_was_sent_is_not() {
        for (query, expected) in [
            ("name=张三", BadParameter::NotTaken),
            ("person=1", BadParameter::NotTaken),
            ("from=1", BadParameter::NotTaken),
            ("After=1", BadParameter::NotTaken),
            ("after=1&after=1", BadParameter::Twice(P::After)),
            ("after=", BadParameter::Value(P::After)),
            ("after", BadParameter::Value(P::After)),
            ("after=-1", BadParameter::Value(P::After)),
            ("after=+1", BadParameter::Value(P::After)),
            ("after=18446744073709551616", BadParameter::Value(P::After)),
            ("limit=0", BadParameter::Value(P::Limit)),
            ("limit=1001", BadParameter::Value(P::Limit)),
            ("type=", BadParameter::Value(P::Type)),
            ("type=INFO_VERIFIED", BadParameter::Value(P::Type)),
            ("type=Withheld", BadParameter::Value(P::Type)),
            ("step=张三", BadParameter::Value(P::Step)),
            ("region=%FF", BadParameter::Value(P::Region)),
            ("region=999999", BadParameter::UnknownRegion),
            ("plan=none", BadParameter::UnknownPlan),
            ("effectiveFrom=2023-02-30", BadParameter::Value(P::EffectiveFrom)),
            ("recordedFrom=2023-11-30", BadParameter::Value(P::RecordedFrom)),
            ("effectiveFrom=2023-02-02&effectiveTo=2023-02-01", BadParameter::NothingFits(NothingFits::Days)),
        ] {
            assert_eq!(parsed(query), Err(expected), "{query}");
            assert!(!expected.to_string().contains("张三"));
        }
    }
}
