//! Reports that are kept.

use clap::Subcommand;
use sigeyi_domain::Identifier;
use uuid::Uuid;

use super::{AsOfArgs, Format, PlaceArgs, PlanArgs, RegionArgs, token::identifier};

/// Reports that are listed at most.
const REPORTS_MAX: u32 = 100_000;
/// The same unless more are asked for.
const REPORTS_USUAL: u32 = 1_000;

#[derive(Subcommand)]
pub(crate) enum ReportAction {
    /// 固定报表：按现在所知计算一个地区的数字，永久保存 Count the figures of a region as they are known now, and keep them for ever
    Freeze(FreezeArgs),
    /// 列出固定报表，最新的在前 List reports, newest first
    List(ReportListArgs),
    /// 查看一份报表，并按当时所知复核 Show a report, counted anew as known then
    Show(ReportShowArgs),
}

#[derive(clap::Args)]
pub(crate) struct FreezeArgs {
    #[command(flatten)]
    pub(crate) place: PlaceArgs,
    /// 地区代码，六位；其下级地区一并固定 Six-digit code; those right below it are frozen with it
    #[arg(long, value_name = "CODE")]
    pub(crate) region: u32,
    /// 标题，最多60字，永久公开，不得写明任何人 What it is called, for ever and in clear: at most 60 characters, and nobody is named in it
    #[arg(long, value_name = "TITLE")]
    pub(crate) title: String,
    #[command(flatten)]
    pub(crate) day: AsOfArgs,
    #[command(flatten)]
    pub(crate) plan: PlanArgs,
    /// 操作编号：同样的再发一次不会重复记录 Id of the command: the same sent again records nothing again
    #[arg(long, value_name = "UUID")]
    pub(crate) command_id: Option<Uuid>,
    /// 经办人（经 --server 时为令牌所指） Who freezes it; with --server whoever the token names
    #[arg(long, value_name = "ID", default_value = crate::access_note::LOCAL, value_parser = identifier, conflicts_with = "server")]
    pub(crate) by: Identifier,
    /// 输出格式 Output format
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub(crate) format: Format,
}

#[derive(clap::Args)]
pub(crate) struct ReportListArgs {
    #[command(flatten)]
    pub(crate) place: PlaceArgs,
    #[command(flatten)]
    pub(crate) region: RegionArgs,
    /// 最多列出份数 Reports to list at most
    #[arg(long, value_name = "N", default_value_t = REPORTS_USUAL, value_parser = clap::value_parser!(u32).range(1..=i64::from(REPORTS_MAX)))]
    pub(crate) limit: u32,
    /// 输出格式 Output format
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub(crate) format: Format,
}

#[derive(clap::Args)]
pub(crate) struct ReportShowArgs {
    #[command(flatten)]
    pub(crate) place: PlaceArgs,
    /// 报表的位置 Position of the report
    #[arg(value_name = "POSITION", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) position: u64,
    /// 输出格式 Output format
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub(crate) format: Format,
}
