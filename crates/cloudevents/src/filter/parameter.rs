//! What is asked for in words: the parameters of addresses, which the command line has as options and files state of themselves.

use jiff::Timestamp;
use sigeyi_domain::{Day, EventType, Plan, Step, divisions};

use super::EventsWanted;

/// One of the words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FilterParameter {
    /// Types, with commas between them.
    Type,
    /// Steps, with commas between them.
    Step,
    /// Code of a division.
    Region,
    /// Id of a plan.
    Plan,
    /// First day on which it happened.
    EffectiveFrom,
    /// Last day on which it happened.
    EffectiveTo,
    /// First moment at which it was recorded.
    RecordedFrom,
    /// First moment that does not belong.
    RecordedBefore,
}

use FilterParameter as P;

/// A value that says nothing. It is not repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadFilter {
    /// It is not of the form that the parameter has.
    #[error("the parameter {} must be {}", .0.name(), .0.expected())]
    Value(FilterParameter),
    /// No division has the code.
    #[error("no region has this code: take one that `regions` lists")]
    UnknownRegion,
    /// No plan has the id.
    #[error("no plan has this id: take one that `plans` lists")]
    UnknownPlan,
}

impl FilterParameter {
    /// All of them.
    pub const ALL: [FilterParameter; 8] = [
        P::Type,
        P::Step,
        P::Region,
        P::Plan,
        P::EffectiveFrom,
        P::EffectiveTo,
        P::RecordedFrom,
        P::RecordedBefore,
    ];

    /// As it is written in an address.
    pub fn name(self) -> &'static str {
        match self {
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

    /// What its value must be.
    pub fn expected(self) -> &'static str {
        match self {
            P::Type => "names of types such as AbilityAssessed, with commas between them",
            P::Step => "names of steps such as AbilityAssessed, with commas between them",
            P::Region => "a code of six digits such as 150102",
            P::Plan => "the id of a plan",
            P::EffectiveFrom | P::EffectiveTo => "a day of the calendar such as 2024-02-29",
            P::RecordedFrom | P::RecordedBefore => {
                "a moment with its offset such as 2023-11-30T18:00:00+08:00"
            }
        }
    }

    /// Whether it may be there several times: its values are added up.
    pub fn is_list(self) -> bool {
        matches!(self, P::Type | P::Step)
    }
}

impl EventsWanted {
    /// Adds what a parameter says.
    pub fn take(&mut self, parameter: FilterParameter, value: &str) -> Result<(), BadFilter> {
        let bad = BadFilter::Value(parameter);
        match parameter {
            P::Type => add(value, EventType::ALL, EventType::name, &mut self.types).ok_or(bad)?,
            P::Step => add(value, Step::ALL, Step::name, &mut self.steps).ok_or(bad)?,
            P::Region => {
                let is_number = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
                let code = if is_number { value.parse().ok() } else { None };
                let region = code.and_then(|code| divisions().region(code));
                self.region = Some(region.ok_or(BadFilter::UnknownRegion)?);
            }
            P::Plan => self.plan = Some(Plan::find(value).ok_or(BadFilter::UnknownPlan)?),
            P::EffectiveFrom => self.effective_from = Some(Day::parse(value).map_err(|_| bad)?),
            P::EffectiveTo => self.effective_to = Some(Day::parse(value).map_err(|_| bad)?),
            P::RecordedFrom => self.recorded_from = Some(moment(value).ok_or(bad)?),
            P::RecordedBefore => self.recorded_before = Some(moment(value).ok_or(bad)?),
        }
        Ok(())
    }

    /// The same in words, in one order and one form whatever the order and the form in which they were given. A person is in none of them.
    pub fn parameters(&self) -> Vec<(FilterParameter, String)> {
        let value = |parameter| match parameter {
            P::Type => names(EventType::ALL, EventType::name, &self.types),
            P::Step => names(Step::ALL, Step::name, &self.steps),
            P::Region => self.region.map(|region| region.division().code.to_string()),
            P::Plan => self.plan.map(|plan| plan.id.clone()),
            P::EffectiveFrom => self.effective_from.map(|day| day.to_string()),
            P::EffectiveTo => self.effective_to.map(|day| day.to_string()),
            P::RecordedFrom => self.recorded_from.map(in_utc),
            P::RecordedBefore => self.recorded_before.map(in_utc),
        };
        P::ALL.into_iter().filter_map(|parameter| Some((parameter, value(parameter)?))).collect()
    }
}

fn moment(text: &str) -> Option<i64> {
    text.parse::<Timestamp>().ok().map(Timestamp::as_microsecond)
}

fn in_utc(micros: i64) -> String {
    Timestamp::from_microsecond(micros).unwrap_or_default().to_string()
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

/// The names of values, in the order of the list; none without values.
fn names<T: Copy + PartialEq>(all: &[T], name: fn(T) -> &'static str, values: &[T]) -> Option<String> {
    let named: Vec<&str> =
        all.iter().filter(|value| values.contains(value)).map(|value| name(*value)).collect();
    (!named.is_empty()).then(|| named.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(words: &[(FilterParameter, &str)]) -> EventsWanted {
        let mut wanted = EventsWanted::default();
        for (parameter, value) in words {
            wanted.take(*parameter, value).unwrap_or_else(|error| panic!("{error}: {value}"));
        }
        wanted
    }

    fn words(wanted: &EventsWanted) -> Vec<(&'static str, String)> {
        wanted.parameters().into_iter().map(|(parameter, value)| (parameter.name(), value)).collect()
    }

    #[test]
    fn what_is_asked_for_is_written_in_one_form_and_read_again() {
        let asked = wanted(&[
            (P::RecordedBefore, "2023-12-01T00:00:00.000001+08:00"),
            (P::RecordedFrom, "2023-11-30T18:00:00+08:00"),
            (P::EffectiveTo, "2023-12-31"),
            (P::EffectiveFrom, "2023-01-01"),
            (P::Plan, "nmg-2022-2024"),
            (P::Region, "150100"),
            (P::Step, "AbilityAssessed"),
            (P::Type, "AbilityAssessed,InfoVerified"),
            (P::Type, "InfoVerified,PersonLeft"),
        ]);
        let written = words(&asked);
        assert_eq!(written.iter().map(|(name, _)| *name).collect::<Vec<_>>(), P::ALL.map(P::name));
        assert_eq!(written[6].1, "2023-11-30T10:00:00Z");
        assert_eq!(written[7].1, "2023-11-30T16:00:00.000001Z");
        let again =
            wanted(&asked.parameters().iter().map(|(it, value)| (*it, value.as_str())).collect::<Vec<_>>());
        assert_eq!(words(&again), written);
        assert_eq!(again.filter().unwrap().recorded_from, asked.filter().unwrap().recorded_from);
        assert_eq!(
            words(&wanted(&[(P::Type, "PersonLeft,InfoVerified")])),
            words(&wanted(&[(P::Type, "InfoVerified"), (P::Type, "PersonLeft")])),
            "the order in which types are named says nothing"
        );
        assert_eq!(words(&EventsWanted::default()), []);
    }

    #[test]
    fn no_word_needs_escapes_in_an_address() {
        let plain = |text: &str| text.bytes().all(|it| it.is_ascii_alphanumeric() || b",-:.".contains(&it));
        assert!(EventType::ALL.iter().all(|it| plain(it.name())));
        assert!(Step::ALL.iter().all(|it| plain(it.name())));
        assert!(sigeyi_domain::plans().iter().all(|plan| plain(&plan.id)));
        assert!(plain(&in_utc(i64::MIN)) && plain(&in_utc(1)));
    }
}
