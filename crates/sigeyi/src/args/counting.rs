//! What a question about figures and people says of itself: where, by which plan, on which day, and as known when.

use sigeyi_domain::{Day, Plan, Region};

use crate::{
    commands::regions_and_plans::{find_plan, find_region},
    error::CliError,
};

/// Where.
#[derive(clap::Args)]
pub(crate) struct RegionArgs {
    /// 地区代码，六位，含其下各级地区，默认全区 Six-digit code, with the regions below it; the whole region without it
    #[arg(long, value_name = "CODE")]
    region: Option<u32>,
}

/// By which plan.
#[derive(clap::Args)]
pub(crate) struct PlanArgs {
    /// 方案，默认为该日所在的方案 Plan; the one in force on the day without it
    #[arg(long, value_name = "ID")]
    plan: Option<String>,
}

/// On which day.
#[derive(clap::Args)]
pub(crate) struct AsOfArgs {
    /// 截至哪天，默认今天（方案已结束的，其最后一天） As of the end of this day; today without it, or the plan's last day if it is over
    #[arg(long, value_name = "DATE")]
    as_of: Option<String>,
}

/// On which day, and as it was known when.
#[derive(clap::Args)]
pub(crate) struct TimesArgs {
    #[command(flatten)]
    pub(crate) day: AsOfArgs,
    /// 按当时所知：位置，或时刻（日期即当日终了） What was known: a position, or a moment (a date is its end in China)
    #[arg(long, value_name = "POSITION|MOMENT")]
    pub(crate) known_at: Option<String>,
}

impl RegionArgs {
    /// The one that was named.
    pub(crate) fn find(&self) -> Result<Option<Region>, CliError> {
        self.region.map(find_region).transpose()
    }
}

impl PlanArgs {
    /// The one that was named.
    pub(crate) fn find(&self) -> Result<Option<&'static Plan>, CliError> {
        self.plan.as_deref().map(find_plan).transpose()
    }
}

impl AsOfArgs {
    /// The day that was named.
    pub(crate) fn day(&self) -> Result<Option<Day>, CliError> {
        let day = |text: &String| {
            Day::parse(text).map_err(|error| CliError::Usage(format!("--as-of {text}: {error}")))
        };
        self.as_of.as_ref().map(day).transpose()
    }
}
