//! What an address asks for: a cursor, how much of what follows, and which events.

use percent_encoding::percent_decode_str;
use sigeyi_cloudevents::{BadFilter, EventsWanted, FilterParameter, NothingFits};
use sigeyi_engine::{LogFilter, Position};

/// The parameters of addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Parameter {
    After,
    Limit,
    From,
    To,
    /// Those of every address: which events.
    Filter(FilterParameter),
}

use Parameter as P;

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
    #[error(transparent)]
    Filter(#[from] BadFilter),
    #[error(transparent)]
    NothingFits(#[from] NothingFits),
}

impl Parameter {
    pub(super) fn name(self) -> &'static str {
        match self {
            P::After => "after",
            P::Limit => "limit",
            P::From => "from",
            P::To => "to",
            P::Filter(parameter) => parameter.name(),
        }
    }

    fn expected(self) -> &'static str {
        match self {
            P::After | P::From | P::To => "a position, a whole number such as 42",
            P::Limit => "a number of events from 1 to 1000",
            P::Filter(parameter) => parameter.expected(),
        }
    }

    /// Whether it may be there several times: its values are added up.
    fn is_list(self) -> bool {
        matches!(self, P::Filter(parameter) if parameter.is_list())
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
            let mut taken = takes.iter().copied().chain(FilterParameter::ALL.map(P::Filter));
            let parameter = taken.find(|it| it.name() == name).ok_or(BadParameter::NotTaken)?;
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
            P::Filter(parameter) => wanted.take(parameter, value)?,
        }
        Ok(())
    }
}

impl BadParameter {
    /// Stable code.
    pub(super) fn code(self) -> &'static str {
        match self {
            BadParameter::NotTaken
            | BadParameter::Twice(_)
            | BadParameter::Value(_)
            | BadParameter::Filter(BadFilter::Value(_)) => "BAD_PARAMETER",
            BadParameter::Filter(BadFilter::UnknownRegion) => "UNKNOWN_REGION",
            BadParameter::Filter(BadFilter::UnknownPlan) => "UNKNOWN_PLAN",
            BadParameter::NothingFits(_) => NothingFits::CODE,
        }
    }

    /// The parameter that is at fault, where it is one.
    pub(super) fn parameter(self) -> Option<Parameter> {
        match self {
            BadParameter::Twice(parameter) | BadParameter::Value(parameter) => Some(parameter),
            BadParameter::Filter(BadFilter::Value(parameter)) => Some(P::Filter(parameter)),
            BadParameter::NotTaken | BadParameter::Filter(_) | BadParameter::NothingFits(_) => None,
        }
    }
}

/// A whole number of digits alone.
pub(super) fn position(text: &str) -> Option<Position> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().ok()).flatten().map(Position)
}

#[cfg(test)]
mod tests {
    use sigeyi_domain::{Day, EventType, divisions};

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
        let value = |parameter| BadParameter::Filter(BadFilter::Value(parameter));
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
            ("type=", value(FilterParameter::Type)),
            ("type=INFO_VERIFIED", value(FilterParameter::Type)),
            ("type=Withheld", value(FilterParameter::Type)),
            ("step=张三", value(FilterParameter::Step)),
            ("region=%FF", BadParameter::Value(P::Filter(FilterParameter::Region))),
            ("region=999999", BadParameter::Filter(BadFilter::UnknownRegion)),
            ("plan=none", BadParameter::Filter(BadFilter::UnknownPlan)),
            ("effectiveFrom=2023-02-30", value(FilterParameter::EffectiveFrom)),
            ("recordedFrom=2023-11-30", value(FilterParameter::RecordedFrom)),
            ("effectiveFrom=2023-02-02&effectiveTo=2023-02-01", BadParameter::NothingFits(NothingFits::Days)),
        ] {
            assert_eq!(parsed(query), Err(expected), "{query}");
            assert!(!expected.to_string().contains("张三"));
        }
    }
}
