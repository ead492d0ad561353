//! What `sigeyi roles` takes.

use clap::Subcommand;
use sigeyi_domain::{Day, Identifier, access::Role};

use super::{DataArgs, ReportFormat, identifier, role_parser};

#[derive(Subcommand)]
pub(crate) enum RolesAction {
    /// 列出角色登记：谁申请、谁批准、何时有效 List who has which role, who asked and who approved
    List(RolesListArgs),
    /// 登记为空时，一次授予两名主管 Grant the first two managers of the whole, where there are not two
    #[command(after_help = "示例 Examples:
  sigeyi roles bootstrap --data DIR --by operator-1 --manager manager-1 --manager manager-2

全区主管不足两人时才可用，并如实记录：此后每个角色都须一人申请、另一人批准。
Only where fewer than two people manage the whole, and recorded as what it is: from then on each role takes one who asks and another who approves.")]
    Bootstrap(RolesBootstrapArgs),
    /// 申请角色，由主管批准 Ask for a role, which a manager approves
    #[command(after_help = "示例 Examples:
  sigeyi roles request --data DIR --by operator-1 --actor worker-7 --role field_worker --region 150402
  sigeyi roles request --data DIR --by operator-1 --actor auditor-1 --role auditor --region 150000 --until 2026-12-31")]
    Request(RolesRequestArgs),
    /// 批准申请：须是登记中的主管，且不是申请人和本人 Grant what was asked for, as a manager who did not ask and is not to have it
    Approve(RolesDecideArgs),
    /// 不批准申请，或撤回申请 Refuse what was asked for, or take it back
    Decline(RolesDecideArgs),
    /// 收回角色，立即生效 End a role at once
    Withdraw(RolesDecideArgs),
}

#[derive(clap::Args)]
pub(crate) struct RolesListArgs {
    #[command(flatten)]
    pub(crate) data: DataArgs,
    /// 只列此人 Of this one only
    #[arg(long, value_name = "ID", value_parser = identifier)]
    pub(crate) actor: Option<Identifier>,
    /// 输出格式 Output format
    #[arg(long, value_enum, default_value_t = ReportFormat::Table)]
    pub(crate) format: ReportFormat,
}

#[derive(clap::Args)]
pub(crate) struct RolesBootstrapArgs {
    #[command(flatten)]
    pub(crate) data: DataArgs,
    /// 经手人编号 Who does it: an id, no name
    #[arg(long, value_name = "ID", value_parser = identifier)]
    pub(crate) by: Identifier,
    /// 主管编号，须写两次 A manager: give it twice
    #[arg(long, value_name = "ID", value_parser = identifier, required = true)]
    pub(crate) manager: Vec<Identifier>,
}

#[derive(clap::Args)]
pub(crate) struct RolesRequestArgs {
    #[command(flatten)]
    pub(crate) data: DataArgs,
    /// 申请人编号 Who asks: an id, no name
    #[arg(long, value_name = "ID", value_parser = identifier)]
    pub(crate) by: Identifier,
    /// 给谁 Whose role: an id, no name
    #[arg(long, value_name = "ID", value_parser = identifier)]
    pub(crate) actor: Identifier,
    /// 角色 Role
    #[arg(long, value_name = "ROLE", value_parser = role_parser())]
    pub(crate) role: Role,
    /// 可查阅的地区，六位代码，含其下各级 Region to read, with all below it
    #[arg(long, value_name = "CODE")]
    pub(crate) region: u32,
    /// 可办理的地区，默认与可查阅的相同 Region to write, within the one to read; the same without it, for roles that write
    #[arg(long, value_name = "CODE")]
    pub(crate) write_region: Option<u32>,
    /// 只可查阅 Nothing may be written
    #[arg(long, conflicts_with = "write_region")]
    pub(crate) read_only: bool,
    /// 截止日期（含当日） Its last day
    #[arg(long, value_name = "DATE", value_parser = |text: &str| Day::parse(text))]
    pub(crate) until: Option<Day>,
}

#[derive(clap::Args)]
pub(crate) struct RolesDecideArgs {
    #[command(flatten)]
    pub(crate) data: DataArgs,
    /// 经手人编号 Who does it: an id, no name
    #[arg(long, value_name = "ID", value_parser = identifier)]
    pub(crate) by: Identifier,
    /// 申请或授予的位置，见 list Position of the request, or of the grant to withdraw: see list
    #[arg(value_name = "POSITION")]
    pub(crate) position: u64,
}
