//! Lists of people.

use clap::ValueEnum;
use sigeyi_domain::{Day, Identifier, Step};

use super::{Format, PlaceArgs, PlanArgs, RegionArgs, TimesArgs, token::identifier};

/// People on one list at most: more than the whole region has.
const LISTED_MAX: u32 = 1_000_000;

#[derive(clap::Args)]
pub(crate) struct PeopleArgs {
    #[command(flatten)]
    pub(crate) place: PlaceArgs,
    #[command(flatten)]
    pub(crate) region: RegionArgs,
    #[command(flatten)]
    pub(crate) plan: PlanArgs,
    /// 在范围且缺少其中某个环节，等待最久的在前 In scope and lacking one of these steps, longest waiting first
    #[arg(long, value_name = "STEP", value_enum, value_delimiter = ',')]
    pub(crate) missing: Vec<MissingArg>,
    /// 在范围或不在范围 In scope on the day, or not
    #[arg(long, value_name = "TRUE|FALSE", action = clap::ArgAction::Set)]
    pub(crate) in_scope: Option<bool>,
    /// 就业辅导员 Who has this counsellor
    #[arg(long, value_name = "ID", value_parser = identifier)]
    pub(crate) counsellor: Option<Identifier>,
    /// 自该日或更早开始等待 In scope, and waiting since this day or longer
    #[arg(long, value_name = "DATE", value_parser = Day::parse)]
    pub(crate) waiting_since: Option<Day>,
    #[command(flatten)]
    pub(crate) times: TimesArgs,
    /// 最多列出人数 People to list at most
    #[arg(long, value_name = "N", default_value_t = LISTED_MAX, value_parser = clap::value_parser!(u32).range(1..=i64::from(LISTED_MAX)))]
    pub(crate) limit: u32,
    /// 输出格式 Output format
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub(crate) format: Format,
}

/// A step, or any of the four.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub(crate) enum MissingArg {
    /// 任一环节 any of them
    Any,
    /// 基础信息核对
    InfoVerified,
    /// 职业能力评估
    AbilityAssessed,
    /// 就业需求登记
    DemandRegistered,
    /// 就业服务
    ServiceDelivered,
}

impl MissingArg {
    fn step(self) -> Option<Step> {
        match self {
            MissingArg::Any => None,
            MissingArg::InfoVerified => Some(Step::InfoVerified),
            MissingArg::AbilityAssessed => Some(Step::AbilityAssessed),
            MissingArg::DemandRegistered => Some(Step::DemandRegistered),
            MissingArg::ServiceDelivered => Some(Step::ServiceDelivered),
        }
    }
}

impl PeopleArgs {
    /// The steps of which one is to be missing; none of them means any. None where nothing need be missing.
    pub(crate) fn missing(&self) -> Option<Vec<Step>> {
        let any = self.missing.contains(&MissingArg::Any);
        let steps = self.missing.iter().filter(|_| !any).filter_map(|missing| missing.step());
        (!self.missing.is_empty()).then(|| steps.collect())
    }
}
