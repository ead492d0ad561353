//! What the command line takes.

mod counting;
mod difference;
mod events;
mod files;
mod history;
mod http;
mod keys;
mod maintenance;
mod people;
mod place;
mod proofs;
mod relay;
mod reports;
mod roles;
mod serve;
mod token;

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

use self::token::{identifier, role_parser};
pub(crate) use self::{
    counting::{AsOfArgs, PlanArgs, RegionArgs, TimesArgs},
    difference::DifferenceArgs,
    events::EventsArgs,
    files::{FileFormat, FilesArgs, What},
    history::{HistoryArgs, HistoryFormat},
    keys::{KeysAction, KeysArgs},
    maintenance::{BackupArgs, RepairArgs, RestoreArgs, VerifyArgs},
    people::PeopleArgs,
    place::{DataArgs, Place, PlaceArgs, SuiteArg},
    proofs::{CheckpointArgs, ExportLogArgs, ExportPersonArgs, HeadsArgs, ProofArgs, WitnessArgs},
    relay::{OnRefusal, RelayArgs},
    reports::{FreezeArgs, ReportAction, ReportListArgs, ReportShowArgs},
    roles::{RolesAction, RolesListArgs, RolesRequestArgs},
    serve::{DemoArgs, LogFormat, PublishArgs, RolesFrom, ServeArgs, TrustArgs},
    token::TokenArgs,
};

/// 残疾人就业服务“四个一”：逐事件记录，逐事件回答。
///
/// Tracks the four employment services for people with disabilities, as events that are never overwritten.
#[derive(Parser)]
#[command(version, after_help = EXIT_CODES, subcommand_required = true, arg_required_else_help = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) action: Action,
}

const EXIT_CODES: &str = "退出码 Exit codes:
  0  完成 done (an import that rejected rows is done: see its report)
  1  失败 failed: the message says what to do
  2  用法不对 wrong usage
  3  目录正被占用 the directory is held by another process
  4  输入文件不能用 an input file cannot be used; nothing was recorded
  5  连不上服务，或连接中断 the server cannot be reached, or the connection broke
  6  服务拒绝 the server refuses: the message begins with its code
  7  目录有损坏 the directory is damaged (verify, repair): the list says what mends each fault
  8  备份不能用，或与目录不符 a backup is damaged, or not one of this directory";

#[derive(Subcommand)]
pub(crate) enum Action {
    /// 生成合成数据并试用 Make a synthetic Inner Mongolia and look at it
    #[command(
        after_help = "示例 Examples:\n  sigeyi demo\n  sigeyi demo --people 5000 --seed 7 --data /tmp/small-demo --no-serve"
    )]
    Demo(DemoArgs),
    /// 导入摸底名册和业务记录 Import a roster and records
    #[command(after_help = "示例 Examples:
  sigeyi import --data DIR --roster roster.csv --records records.csv --report rejects.csv
  sigeyi import --data NEW_DIR --suite guomi --roster roster.csv   （新目录用国密算法 a directory of SM3 and SM4）
  sigeyi import --server http://127.0.0.1:8086 --roster roster.csv --records records.csv --report rejects.csv

经 --server 导入时连接中断：已记录的保留，重新发送同样的文件即可继续。
When a connection breaks, what was recorded stays: send the same files again to record the rest.")]
    Import(ImportArgs),
    /// 查看进度 Print the figures of a region and the regions below it
    #[command(after_help = "示例 Examples:
  sigeyi progress --data DIR
  sigeyi progress --data DIR --region 150400 --as-of 2023-11-30
  sigeyi progress --data DIR --plan nmg-2022-2024 --as-of 2023-11-30 --known-at 2023-11-30T18:00:00+08:00
  sigeyi progress --data DIR --plan-file my-plan.toml
  sigeyi progress --data DIR --format csv > progress.csv
  sigeyi progress --server http://127.0.0.1:8086")]
    Progress(ProgressArgs),
    /// 列出人员（只有编号，没有姓名） List people, by id and without names
    #[command(after_help = "示例 Examples:
  sigeyi people --data DIR --region 150402 --missing any
  sigeyi people --data DIR --region 150402 --missing ability_assessed,service_delivered --waiting-since 2023-06-30
  sigeyi people --data DIR --region 150400 --as-of 2023-11-30 --known-at 2023-11-30T18:00:00+08:00 --format csv > people.csv
  sigeyi people --server http://127.0.0.1:8086 --in-scope true --format json")]
    People(PeopleArgs),
    /// 查看一个人的全部记录 Print everything that was recorded of one person
    #[command(after_help = "示例 Examples:
  sigeyi history --data DIR 0198c0de-0000-4000-8000-000000000000
  sigeyi history --data DIR                 （按提示输入残疾人证号 asks for the certificate number）
  sigeyi history --data DIR < number.txt    （从标准输入读取 reads it from standard input）
  sigeyi history --data DIR 0198c0de-0000-4000-8000-000000000000 --as-of 2023-11-30 --known-at 2023-11-30
  sigeyi history --data DIR 0198c0de-0000-4000-8000-000000000000 --format html --output history.html   （可打印 to be printed）
  sigeyi history --server http://127.0.0.1:8086

经 --server 查询时，姓名、证件号、电话和住址以＊＊＊代替，也没有备注等密封的内容。
With --server names, numbers, phones and addresses are masked, and what is sealed, such as remarks, is left out.
残疾人证号不能写在命令行上，因为进程列表会显示它。
A certificate number is never taken as an argument: every user of the machine could read it in the process list.")]
    History(HistoryArgs),
    /// 比较两个已知时点的数字，列出引起变化的事件 What changed in the figures between two moments of knowledge, and through which events
    #[command(after_help = "示例 Examples:
  sigeyi difference --data DIR --region 150400 --as-of 2023-11-30 --known-at 2023-11-30
  sigeyi difference --data DIR --region 150400 --as-of 2023-11-30 --known-at 2023-11-30 --then-known-at 2023-12-31 --figure complete
  sigeyi difference --server http://127.0.0.1:8086 --as-of 2023-11-30 --known-at 4711 --format json")]
    Difference(DifferenceArgs),
    /// 固定报表：固定、列出、查看并复核 Reports that are kept: freeze, list, show and check them
    #[command(subcommand_required = true, arg_required_else_help = true)]
    #[command(after_help = "示例 Examples:
  sigeyi report freeze --data DIR --region 150400 --title 2023年11月进度 --as-of 2023-11-30
  sigeyi report list --data DIR --region 150400
  sigeyi report show --data DIR 4711")]
    Report {
        #[command(subcommand)]
        action: ReportAction,
    },
    /// 提供 GraphQL 服务 Serve GraphQL to front ends
    #[command(after_help = "示例 Examples:
  sigeyi serve --data DIR
  sigeyi serve --data DIR --without-identity
  sigeyi serve --data DIR --listen 0.0.0.0:8443 --tls-certificate chain.pem --tls-key key.pem --issuer https://id.example.org
  sigeyi serve --data DIR --jwks keys.json --log-format json --allow-origin https://app.example.org

每个请求须带令牌（Authorization: Bearer …）。默认只认本目录的密钥签发的令牌（sigeyi token --data DIR）；--issuer、--jwks 改认别的签发方。
没有 TLS 或没有身份验证时，只能监听本机地址。SIGTERM 或 Ctrl+C：办完已收到的请求后停止，第二次立即结束。
Every request needs a token (Authorization: Bearer …). Unless --issuer or --jwks names others, those count that the directory's own key has
signed (sigeyi token --data DIR). Without TLS or without identity only loopback addresses are taken. SIGTERM or Ctrl+C finishes what was
accepted; a second one ends at once.")]
    Serve(Box<ServeArgs>),
    /// 核查数据目录的全部内容，不改动任何文件 Check everything in a directory without changing it
    #[command(after_help = "示例 Examples:
  sigeyi verify --data DIR
  sigeyi verify --data DIR --format json

目录须未被占用。镜像在临时目录的副本上核查（TMPDIR 可另指位置）。退出码 0：完好；7：有损坏。
The directory must not be held. The mirror is checked on a copy in the temporary folder (TMPDIR). Exit code 0: sound; 7: damaged.")]
    Verify(VerifyArgs),
    /// 修复数据目录，换下的文件都保留 Mend a directory; whatever is replaced is kept
    #[command(after_help = "示例 Examples:
  sigeyi repair --data DIR
  sigeyi repair --data DIR --accept-loss

换下的文件留在 DIR/set-aside/ 中。无法找回的事件先报告范围和数量，加 --accept-loss 才会放弃；请先考虑从备份恢复。
What is replaced is kept in DIR/set-aside/. Events that nobody has any more are told with their count and range, and given up only with
--accept-loss; a backup comes first. Exit code 0: sound now; 7: something is left to mend.")]
    Repair(RepairArgs),
    /// 备份：事件与密钥分开存放，可在服务运行时进行 Back up events and keys to two places, also while a server runs
    #[command(after_help = "示例 Examples:
  sigeyi backup --data DIR --to /mnt/a/events --vault-to /mnt/b/keys
  sigeyi backup --data DIR --to /mnt/a/events --vault-to /mnt/b/keys --with-root-key
  sigeyi backup --data DIR --to /mnt/a/events --vault-to /mnt/b/keys --format json

再次运行只复制新增部分，并核对已有的全部内容。恢复需要三样：事件、密钥和根密钥（DIR/vault/root.key）；
根密钥默认不在备份中，请另行离线保管（只在轮换或删除密钥时改变）。三样缺一，个人信息就再也打不开。详见 docs/operations.md。
Run again, it copies what is new and checks all that is there. A restore needs three things: events, keys, and the root key
(DIR/vault/root.key). The root key is not in the backup unless asked for: keep it offline; it changes only when keys are rotated or erased. Without
any one of them nothing personal can ever be read again. See docs/operations.md.")]
    Backup(BackupArgs),
    /// 从备份恢复到新目录，并全部核对 Make a new directory from a backup, and check all of it
    #[command(after_help = "示例 Examples:
  sigeyi restore --from /mnt/a/events --vault-from /mnt/b/keys --data NEW_DIR --root-key /media/usb/root.key
  sigeyi restore --from /mnt/a/events --vault-from /mnt/b/keys --data /tmp/proof

备份之后记录的事件不在其中。中断后留下的目录不能打开，重新运行同一命令即可。要证明备份可用，就恢复到一个临时目录。
What was recorded after the backup is not in it. Cut off, it leaves a directory that nothing opens: run the same command again.
To prove a backup, restore it into a scratch directory.")]
    Restore(RestoreArgs),
    /// 查看和轮换密钥 Look at the keys of a directory, and rotate them
    #[command(subcommand_required = true, arg_required_else_help = true)]
    Keys {
        #[command(subcommand)]
        action: KeysAction,
    },
    /// 查看和变更角色登记：一人申请，另一人批准 Look at and change the register of roles: one asks, another approves
    #[command(subcommand_required = true, arg_required_else_help = true)]
    #[command(
        after_help = "目录须未被占用；服务运行时请用 GraphQL 的 roleRegister、requestRole、approveRole、withdrawRole。
服务以 --roles register 启动时，令牌中的角色只在登记也授予的范围内有效。
The directory must not be held; while a server runs, use roleRegister, requestRole, approveRole and withdrawRole of GraphQL. Where it was started
with --roles register, a token gives no more than the register grants."
    )]
    Roles {
        #[command(subcommand)]
        action: RolesAction,
    },
    /// 签署并输出存证点，或声明分叉 Sign a checkpoint of the log and print it, or declare a fork
    #[command(after_help = "示例 Examples:
  sigeyi checkpoint --data DIR > checkpoint.txt
  sigeyi checkpoint --data DIR --public-key > log.pub        （交给审计员 hand it to auditors）
  sigeyi checkpoint --server http://127.0.0.1:8086
  sigeyi checkpoint --data DIR --accept-fork --origin log.example.org/2

日志的密钥在 DIR/identity/log.key，第一次用到时生成；名称（--origin）此后不能更改。恢复的备份若早于已公布的存证点，须声明分叉：以新名称、新密钥继续。
The log's key is DIR/identity/log.key, made when it is first needed; its name (--origin) is for ever. A restored backup that ends before a
checkpoint that was handed out is a fork: it goes on under a new name and a new key.")]
    Checkpoint(CheckpointArgs),
    /// 存证末端：记录每个人最新一个事件的总哈希 Commit to the newest event of everybody, so that nobody can leave one out
    #[command(after_help = "示例 Examples:
  sigeyi heads --data DIR

服务运行时每个工作日自动记录一次，不必运行本命令；目录须未被占用。此后 export-person 的文件带有本人末端的证明。
A server does it by itself once a day; the directory must not be held. From then on what export-person writes shows that nothing is missing up to it.")]
    Heads(HeadsArgs),
    /// 输出一个事件的存证 Print the proof that an event is in the log
    #[command(after_help = "示例 Examples:
  sigeyi proof --data DIR --position 4711 > 4711.tlog-proof
  sigeyi-verify proof 4711.tlog-proof --key \"$(cat log.pub)\"")]
    Proof(ProofArgs),
    /// 导出全部事件，供 sigeyi-verify 核查 Write all events to a file that sigeyi-verify checks
    #[command(after_help = "示例 Examples:
  sigeyi export-log --data DIR --to log.ndjson
  sigeyi-verify log log.ndjson --key \"$(cat log.pub)\"")]
    ExportLog(ExportLogArgs),
    /// 导出一个人的全部事件及存证 Write a person's events with their proofs to a file that sigeyi-verify checks
    #[command(after_help = "示例 Examples:
  sigeyi export-person --data DIR 0198c0de-0000-4000-8000-000000000000 --to history.ndjson
  sigeyi-verify person history.ndjson --key \"$(cat log.pub)\"")]
    ExportPerson(ExportPersonArgs),
    /// 导出数据文件，供统计分析 Write files for analysts: events by month, people, figures
    #[command(after_help = "示例 Examples:
  sigeyi export --data DIR --to FOLDER
  sigeyi export --data DIR --to FOLDER --format csv --bom --what people,progress
  sigeyi export --data DIR --to FOLDER --format csv --published
  sigeyi export --data DIR --to FOLDER --what events --region 150400 --step AbilityAssessed

姓名、证件号等密封的内容不在其中，人员以随机编号表示；受限制或已删除的人员不出现。仍是敏感数据，县级数字可能很小：只交给可以掌握目录的人，公布请用 --published。
再次运行只写新的部分，已结束月份的文件不变；中断后再运行即可继续。清单为 FOLDER/manifest.json，详见 docs/analysts.md。
Nothing sealed is in the files: people are random ids, and nobody whose data are restricted or erased is shown. They are sensitive all the same, as a
county's figures may be small: they are for those who may hold the directory; what may be published is written with --published. Run again, it writes
what is new and leaves the files of finished months alone. The list of files is FOLDER/manifest.json; see docs/analysts.md.")]
    Export(FilesArgs),
    /// 按顺序转发事件：Webhook 或文件 Send the events in order to a webhook or a file
    #[command(after_help = "示例 Examples:
  sigeyi relay --data DIR --to file:/srv/events.ndjson --state /srv/events.state
  sigeyi relay --server https://sigeyi.example.org --token-file token.txt --follow \\
      --to https://warehouse.example.org/hooks/sigeyi --secret-file hook.secret --state /var/lib/relay/state
  sigeyi relay --data DIR --to file:/srv/assessed.ndjson --state /srv/assessed.state --type AbilityAssessed --region 150400

接收方可能收到重复的事件，按位置（id）去重。签名按 Standard Webhooks。SIGTERM 或 Ctrl+C：办完这一批后停止。详见 docs/analysts.md。
A receiver may be sent an event again, and knows it by its position (id). Signed as Standard Webhooks has it. SIGTERM or Ctrl+C ends it
behind the batch that is under way. See docs/analysts.md.")]
    Relay(RelayArgs),
    /// 见证：核对并会签别人的存证点 Cosign the checkpoints of logs, as a witness apart from them
    #[command(after_help = "示例 Examples:
  sigeyi witness --state /var/lib/witness --name witness.example.org/1 --public-key
  sigeyi witness --state /var/lib/witness --log 'log.example.org/1+7529c765+AQOh…'
  sigeyi serve --data DIR --witness http://127.0.0.1:8087 --witness-key 'witness.example.org/1+20324abe+BN…'

只保存每个日志最后一个存证点；放在运行日志的人改不到的机器上。只监听本机，前面放置 TLS 代理。
It keeps the last checkpoint of each log and nothing else: run it where those who run the log cannot change it, behind a proxy with TLS.")]
    Witness(WitnessArgs),
    /// 用本地密钥签发访问令牌 Issue a token with a key of one's own
    #[command(after_help = "示例 Examples:
  sigeyi token --data DIR --role field_worker --region 150402 --actor worker-7 --office office-150402
  sigeyi token --data DIR --role manager --region 150400 --write-region 150402 --actor manager-1 --office office-150400 --lifetime 8h
  sigeyi token --data DIR --role auditor --region 150000 --actor auditor-1 --office audit > token.txt
  sigeyi token --key token.key --role analyst --stream --region 150000 --actor analyst-1 --office statistics --lifetime 30d
  sigeyi token --data DIR --jwks > keys.json

令牌在到期前无法收回，请取够用的最短时限，并像密码一样保管。密钥在 DIR/identity/token.key，没有时自动生成；谁能读它，谁就能签发任何令牌。
A token cannot be taken back before it ends: give it the shortest time that will do, and guard it like a password. The key is
DIR/identity/token.key and is made when it is not there: whoever can read it can issue any token.")]
    Token(TokenArgs),
}

#[derive(clap::Args)]
pub(crate) struct ImportArgs {
    #[command(flatten)]
    pub(crate) place: PlaceArgs,
    /// 摸底名册 CSV Roster
    #[arg(long, value_name = "FILE", required_unless_present = "records")]
    pub(crate) roster: Option<PathBuf>,
    /// 业务记录 CSV Records
    #[arg(long, value_name = "FILE")]
    pub(crate) records: Option<PathBuf>,
    /// 来源系统：流水号在同一来源内唯一 The source system, within which serial numbers are unique
    #[arg(long, value_name = "NAME", default_value = "import")]
    pub(crate) source: String,
    /// 退回行的报告 Where to write the rejected rows
    #[arg(long, value_name = "FILE")]
    pub(crate) report: Option<PathBuf>,
    /// 新目录的密码算法（默认 international），以后不能更改 Algorithms of a directory that is made; they never change
    #[arg(long, value_enum, conflicts_with = "server")]
    pub(crate) suite: Option<SuiteArg>,
    /// 已核对过本机时钟 The clock has been looked at and is right
    #[arg(long, conflicts_with = "server")]
    pub(crate) accept_clock: bool,
}

#[derive(clap::Args)]
pub(crate) struct ProgressArgs {
    #[command(flatten)]
    pub(crate) place: PlaceArgs,
    #[command(flatten)]
    pub(crate) region: RegionArgs,
    #[command(flatten)]
    pub(crate) plan: PlanArgs,
    /// 按文件中的方案计算，不改动数据 Count by the plan in this file; nothing of the data changes
    #[arg(long, value_name = "FILE", conflicts_with_all = ["plan", "server"])]
    pub(crate) plan_file: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) times: TimesArgs,
    /// 输出格式 Output format
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub(crate) format: Format,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Table,
    Csv,
    Json,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportFormat {
    Table,
    Json,
}
