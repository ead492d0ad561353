//! Which events are sent on or written to files: the words that addresses of a server have, as options.

use sigeyi_cloudevents::{BadFilter, EventsWanted, FilterParameter};

use crate::{
    commands::regions_and_plans::{NO_REGION, no_plan},
    error::CliError,
};

/// What is left out does not limit.
#[derive(clap::Args)]
#[command(next_help_heading = "筛选事件，各项须同时符合 Which events; all must fit")]
pub(crate) struct EventsArgs {
    /// 事件类型，如 AbilityAssessed，以逗号分隔，可重复 Types of events, with commas between them or given several times
    #[arg(long = "type", value_name = "TYPE")]
    types: Vec<String>,
    /// 环节：InfoVerified、AbilityAssessed、DemandRegistered、ServiceDelivered Steps: what was done, and what was tried and does not count
    #[arg(long, value_name = "STEP")]
    step: Vec<String>,
    /// 地区代码，六位：记录时在该地区或其下级地区的人员 Six-digit code: people who were there or below it when it was recorded
    #[arg(long, value_name = "CODE")]
    region: Option<String>,
    /// 方案：发生在其期限内 Id of a plan: what happened in its window
    #[arg(long, value_name = "ID")]
    plan: Option<String>,
    /// 发生在该日或之后 What happened on this day or later
    #[arg(long, value_name = "DATE")]
    effective_from: Option<String>,
    /// 发生在该日或之前 What happened on this day or earlier
    #[arg(long, value_name = "DATE")]
    effective_to: Option<String>,
    /// 记录于该时刻或之后，如 2023-11-30T18:00:00+08:00 What was recorded at this moment or later
    #[arg(long, value_name = "MOMENT")]
    recorded_from: Option<String>,
    /// 记录于该时刻之前 What was recorded before this moment
    #[arg(long, value_name = "MOMENT")]
    recorded_before: Option<String>,
}

impl EventsArgs {
    /// The events that are asked for.
    pub(crate) fn wanted(&self) -> Result<EventsWanted, CliError> {
        let mut wanted = EventsWanted::default();
        for parameter in FilterParameter::ALL {
            for value in self.values(parameter) {
                wanted.take(parameter, value).map_err(|bad| {
                    CliError::Usage(format!("--{} {value}: {}", option(parameter), words_of(bad)))
                })?;
            }
        }
        Ok(wanted)
    }

    fn values(&self, parameter: FilterParameter) -> &[String] {
        match parameter {
            FilterParameter::Type => &self.types,
            FilterParameter::Step => &self.step,
            FilterParameter::Region => self.region.as_slice(),
            FilterParameter::Plan => self.plan.as_slice(),
            FilterParameter::EffectiveFrom => self.effective_from.as_slice(),
            FilterParameter::EffectiveTo => self.effective_to.as_slice(),
            FilterParameter::RecordedFrom => self.recorded_from.as_slice(),
            FilterParameter::RecordedBefore => self.recorded_before.as_slice(),
        }
    }
}

/// The option of a parameter: its name with hyphens.
fn option(parameter: FilterParameter) -> String {
    let mut option = String::new();
    for letter in parameter.name().chars() {
        if letter.is_ascii_uppercase() {
            option.push('-');
        }
        option.push(letter.to_ascii_lowercase());
    }
    option
}

fn words_of(bad: BadFilter) -> String {
    match bad {
        BadFilter::Value(parameter) => format!("应为 give {}", parameter.expected()),
        BadFilter::UnknownRegion => NO_REGION.to_owned(),
        BadFilter::UnknownPlan => no_plan(),
    }
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, Parser};

    use super::*;

    #[derive(Parser)]
    struct Alone {
        #[command(flatten)]
        events: EventsArgs,
    }

    fn wanted(args: &[&str]) -> Result<EventsWanted, CliError> {
        Alone::parse_from([&["alone"], args].concat()).events.wanted()
    }

    #[test]
    fn each_parameter_of_an_address_is_an_option() {
        let command = Alone::command();
        let options: Vec<&str> = command.get_arguments().filter_map(clap::Arg::get_long).collect();
        let parameters: Vec<String> = FilterParameter::ALL.into_iter().map(option).collect();
        assert_eq!(options, parameters);
    }

    #[test]
    fn options_say_what_addresses_say() {
        let asked = wanted(&[
            "--type=InfoVerified,PersonLeft",
            "--type=AbilityAssessed",
            "--step=AbilityAssessed",
            "--region=150100",
            "--plan=nmg-2022-2024",
            "--effective-from=2023-01-01",
            "--effective-to=2023-12-31",
            "--recorded-from=2023-11-30T18:00:00+08:00",
            "--recorded-before=2023-12-01T00:00:00Z",
        ]);
        let words = asked.unwrap().parameters();
        let values: Vec<&str> = words.iter().map(|(_, value)| value.as_str()).collect();
        let expected = [
            "AbilityAssessed,InfoVerified,PersonLeft",
            "AbilityAssessed",
            "150100",
            "nmg-2022-2024",
            "2023-01-01",
            "2023-12-31",
            "2023-11-30T10:00:00Z",
            "2023-12-01T00:00:00Z",
        ];
        let sorted = |list: &str| {
            let mut names: Vec<String> = list.split(',').map(str::to_owned).collect();
            names.sort_unstable();
            names
        };
        assert_eq!(sorted(values[0]), sorted(expected[0]));
        assert_eq!(values[1..], expected[1..]);
    }

    #[test]
    fn what_says_nothing_is_named_with_its_option() {
        for (arg, said) in [
            ("--type=Withheld", "--type Withheld"),
            ("--step=any", "--step any"),
            ("--region=999999", "--region 999999"),
            ("--plan=none", "nmg-2022-2024"),
            ("--effective-from=2023-02-30", "--effective-from 2023-02-30"),
            ("--recorded-before=2023-02-03", "2023-11-30T18:00:00+08:00"),
        ] {
            let error = wanted(&[arg]).err().map(|error| error.to_string()).unwrap_or_default();
            assert!(error.contains(said), "{arg}: {error}");
        }
    }
}
