//! What changed between two moments of knowledge.

use clap::builder::{PossibleValuesParser, TypedValueParser};
use sigeyi_domain::Figure;

use super::{AsOfArgs, Format, PlaceArgs, PlanArgs, RegionArgs};

/// Events that are listed at most.
const EVENTS_MAX: u32 = 1_000_000;
/// The same unless more are asked for: each page is a pass over everybody.
const EVENTS_USUAL: u32 = 10_000;

#[derive(clap::Args)]
pub(crate) struct DifferenceArgs {
    #[command(flatten)]
    pub(crate) place: PlaceArgs,
    #[command(flatten)]
    pub(crate) region: RegionArgs,
    #[command(flatten)]
    pub(crate) plan: PlanArgs,
    #[command(flatten)]
    pub(crate) day: AsOfArgs,
    /// 第一个已知时点：位置，或时刻（日期即当日终了） What was known first: a position, or a moment (a date is its end in China)
    #[arg(long, value_name = "POSITION|MOMENT")]
    pub(crate) known_at: String,
    /// 第二个已知时点，默认现在 What was known then; without it what is known now
    #[arg(long, value_name = "POSITION|MOMENT")]
    pub(crate) then_known_at: Option<String>,
    /// 只看引起该数字变化的事件 Only through which events this figure changed
    #[arg(long, value_name = "FIGURE", value_parser = figure_parser())]
    pub(crate) figure: Option<Figure>,
    /// 不列事件 Leave out the events, for which another right is needed
    #[arg(long)]
    pub(crate) without_events: bool,
    /// 最多列出事件数 Events to list at most
    #[arg(long, value_name = "N", default_value_t = EVENTS_USUAL, conflicts_with = "without_events",
        value_parser = clap::value_parser!(u32).range(1..=i64::from(EVENTS_MAX)))]
    pub(crate) limit: u32,
    /// 输出格式；csv 只有事件 Output format; csv has the events alone
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub(crate) format: Format,
}

fn figure_parser() -> impl TypedValueParser<Value = Figure> {
    PossibleValuesParser::new(Figure::ALL.map(Figure::name)).map(|name| {
        // The parser lets no other name through.
        Figure::ALL.into_iter().find(|figure| figure.name() == name).unwrap_or(Figure::Registered)
    })
}
