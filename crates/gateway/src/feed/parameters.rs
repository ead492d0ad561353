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

/// The same address again, with steps and plans as the types and days that they stand for: what tests and fuzz targets compare.
#[cfg(any(test, feature = "fuzzing"))]
impl Parameters {
    pub(super) fn query(&self, cursor: Parameter) -> String {
        let LogFilter {
            types, regions, effective_from, effective_to, recorded_from, recorded_before, ..
        } = self.filter.clone();
        let types: Vec<&str> = types.iter().map(|it| it.name()).collect();
        let wanted = EventsWanted {
            region: regions.iter().flatten().next().copied(),
            effective_from,
            effective_to,
            recorded_from,
            recorded_before,
            ..EventsWanted::default()
        };
        let own = [
            (cursor, self.after.map(|it| it.to_string())),
            (P::To, self.to.map(|it| it.to_string())),
            (P::Limit, self.limit.map(|it| it.to_string())),
            (P::Filter(FilterParameter::Type), Some(types.join(",")).filter(|it| !it.is_empty())),
        ];
        let own = own.into_iter().filter_map(|(parameter, value)| Some((parameter, value?)));
        let of_filters =
            wanted.parameters().into_iter().map(|(parameter, value)| (P::Filter(parameter), value));
        own.chain(of_filters)
            .map(|(it, value)| format!("{}={value}", it.name()))
            .collect::<Vec<_>>()
            .join("&")
    }
}

#[cfg(test)]
mod tests;
