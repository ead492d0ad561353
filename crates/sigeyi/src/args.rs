//! What the command line takes.

mod http;
mod roles;

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use clap::{
    Parser, Subcommand, ValueEnum,
    builder::{PossibleValuesParser, TypedValueParser},
};
use sigeyi_domain::{Identifier, IdentifierError, access::Role};
use sigeyi_engine::Suite;
use sigeyi_proof::VerifierKey;

use self::http::HttpArgs;
pub(crate) use self::roles::{RolesAction, RolesListArgs, RolesRequestArgs};
use crate::{
    error::CliError,
    remote::{Client, ServerUrl, token},
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
    /// 查看一个人的全部记录 Print everything that was recorded of one person
    #[command(after_help = "示例 Examples:
  sigeyi history --data DIR 0198c0de-0000-4000-8000-000000000000
  sigeyi history --data DIR                 （按提示输入残疾人证号 asks for the certificate number）
  sigeyi history --data DIR < number.txt    （从标准输入读取 reads it from standard input）
  sigeyi history --data DIR 0198c0de-0000-4000-8000-000000000000 --as-of 2023-11-30 --known-at 2023-11-30
  sigeyi history --server http://127.0.0.1:8086

经 --server 查询时，姓名、证件号、电话和住址以＊＊＊代替，也没有备注等密封的内容。
With --server names, numbers, phones and addresses are masked, and what is sealed, such as remarks, is left out.
残疾人证号不能写在命令行上，因为进程列表会显示它。
A certificate number is never taken as an argument: every user of the machine could read it in the process list.")]
    History(HistoryArgs),
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

#[derive(Subcommand)]
pub(crate) enum KeysAction {
    /// 密钥状况：第几代、桶数、根密钥、已知的旧副本 Which generation, how many buckets, which root key, which older copies
    #[command(after_help = "示例 Examples:
  sigeyi keys status --data DIR
  sigeyi keys status --data DIR --also /mnt/b/keys --format json
  sigeyi keys status --data DIR --key-command /usr/local/libexec/sigeyi-hsm

目录须未被占用；不改动任何文件。The directory must not be held. Nothing is changed.")]
    Status(KeysArgs),
    /// 更换根密钥：生成新的，重新封装全部密钥，销毁旧的 Make a new root key, put all keys under it, destroy the old one
    #[command(after_help = "示例 Examples:
  sigeyi keys rotate-root --data DIR
  sigeyi keys rotate-root --data DIR --key-command /usr/local/libexec/sigeyi-hsm   （移入程序 into the program's keeping）
  sigeyi keys rotate-root --data DIR --key-command /usr/local/libexec/sigeyi-hsm --to-file   （移回文件 back into a file）

目录须未被占用。旧的密钥备份从此打不开：完成后请立即再做一次备份，并离线保管新的根密钥。中断后再运行一次即可。
The directory must not be held. Older backups of the keys cannot be opened any more: back up again at once, and keep the new root key
offline. Cut off, run it again. Exit code 0: done; 1: not done, or the old root key is still there (the message says which).")]
    RotateRoot(RotateRootArgs),
    /// 更换全部桶密钥，根密钥不变 Make new bucket keys for all buckets, under the same root key
    #[command(after_help = "示例 Examples:
  sigeyi keys rotate-buckets --data DIR

目录须未被占用。中断后再运行一次即可。The directory must not be held. Cut off, run it again.")]
    RotateBuckets(KeysArgs),
}

#[derive(clap::Args)]
pub(crate) struct KeysArgs {
    /// 数据目录 Data directory
    #[arg(long, value_name = "DIR")]
    pub(crate) data: PathBuf,
    /// 保管根密钥的程序（如硬件密码模块的接口），默认由 DIR/vault/root.key 保管 The program that holds the root key, if no file does
    #[arg(long, value_name = "PROGRAM")]
    pub(crate) key_command: Option<PathBuf>,
    /// 还要在哪些文件夹中查找旧副本，如密钥备份 More folders to look for older copies in, such as backups of the keys
    #[arg(long, value_name = "FOLDER")]
    pub(crate) also: Vec<PathBuf>,
    /// 输出格式 Output format
    #[arg(long, value_enum, default_value_t = ReportFormat::Table)]
    pub(crate) format: ReportFormat,
}

#[derive(clap::Args)]
pub(crate) struct RotateRootArgs {
    #[command(flatten)]
    pub(crate) keys: KeysArgs,
    /// 新的根密钥放回文件，不再由程序保管 Make the new root key in a file although a program holds the old one
    #[arg(long, requires = "key_command")]
    pub(crate) to_file: bool,
}

/// Where the server listens unless told otherwise.
const LISTEN: &str = "127.0.0.1:8086";

#[derive(clap::Args)]
pub(crate) struct DataArgs {
    /// 数据目录 Data directory
    #[arg(long, value_name = "DIR")]
    pub(crate) data: PathBuf,
    /// 日志（事件文件）所在目录，默认在数据目录中 Where the journal lies, if not in the data directory
    #[arg(long, value_name = "DIR")]
    pub(crate) journal: Option<PathBuf>,
    /// 磁盘保留空间（MiB），低于此值时不再写入，默认 64 What stays free on the disk: with less nothing is recorded
    #[arg(long, value_name = "MIB")]
    pub(crate) keep_free: Option<u64>,
    /// 保管根密钥的程序（如硬件密码模块的接口），默认由 DIR/vault/root.key 保管 The program that holds the root key, if no file does
    #[arg(long, value_name = "PROGRAM")]
    pub(crate) key_command: Option<PathBuf>,
}

/// A directory, or the server that holds it.
#[derive(clap::Args)]
pub(crate) struct PlaceArgs {
    /// 数据目录 Data directory
    #[arg(long, value_name = "DIR", required_unless_present = "server")]
    pub(crate) data: Option<PathBuf>,
    /// 日志（事件文件）所在目录，默认在数据目录中 Where the journal lies, if not in the data directory
    #[arg(long, value_name = "DIR", requires = "data")]
    pub(crate) journal: Option<PathBuf>,
    /// 保管根密钥的程序（如硬件密码模块的接口），默认由 DIR/vault/root.key 保管 The program that holds the root key, if no file does
    #[arg(long, value_name = "PROGRAM", requires = "data")]
    pub(crate) key_command: Option<PathBuf>,
    /// 正在使用该目录的服务（sigeyi serve）的地址 The server that holds the directory: http://host:port or https://host:port
    #[arg(long, value_name = "URL", conflicts_with_all = ["data", "journal", "key_command"])]
    pub(crate) server: Option<ServerUrl>,
    /// 访问服务的令牌所在文件，也可用环境变量 SIGEYI_TOKEN File with the token for the server; or set SIGEYI_TOKEN
    #[arg(long, value_name = "FILE", requires = "server")]
    pub(crate) token_file: Option<PathBuf>,
}

pub(crate) enum Place {
    Directory(DataArgs),
    Server(Client),
}

impl PlaceArgs {
    /// The one that was given.
    pub(crate) fn place(&self) -> Result<Place, CliError> {
        match (&self.data, &self.server) {
            (Some(data), None) => Ok(Place::Directory(DataArgs {
                data: data.clone(),
                journal: self.journal.clone(),
                keep_free: None,
                key_command: self.key_command.clone(),
            })),
            (None, Some(server)) => {
                let token = token::find(self.token_file.as_deref(), server)?;
                Ok(Place::Server(Client::new(server, token)?))
            }
            _ => Err(CliError::Usage("--data 与 --server 须选其一 give either --data or --server".into())),
        }
    }
}

#[derive(clap::Args)]
pub(crate) struct DemoArgs {
    /// 持证人数 Certificate holders
    #[arg(long, default_value_t = 368_000, value_parser = clap::value_parser!(u32).range(1..=2_000_000))]
    pub(crate) people: u32,
    /// 随机种子：同一种子得到同样的数字 The same seed gives the same figures
    #[arg(long, default_value_t = 68)]
    pub(crate) seed: u64,
    /// 数据目录 Data directory
    #[arg(long, value_name = "DIR", default_value = "demo-data")]
    pub(crate) data: PathBuf,
    /// 新目录的密码算法（默认 international），以后不能更改 Algorithms of a directory that is made; they never change
    #[arg(long, value_enum)]
    pub(crate) suite: Option<SuiteArg>,
    /// 显示数字之后继续提供服务的地址 Where to serve after the figures
    #[arg(long, value_name = "ADDR", default_value = LISTEN)]
    pub(crate) listen: SocketAddr,
    /// 输出不是终端时也继续提供服务 Go on serving although the output is no terminal
    #[arg(long, conflicts_with = "no_serve")]
    pub(crate) serve: bool,
    /// 显示数字之后即结束 End after the figures
    #[arg(long)]
    pub(crate) no_serve: bool,
    /// 不要求令牌：本机上人人都可使用 Ask for no tokens: everybody on this machine may do everything
    #[arg(long)]
    pub(crate) without_identity: bool,
}

/// By which algorithms a directory hashes and seals.
#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum SuiteArg {
    /// SHA-256、AES-256-GCM
    International,
    /// 国密 SM3、SM4-GCM（实现未经认证 by implementations that nobody has certified）
    Guomi,
}

impl From<SuiteArg> for Suite {
    fn from(suite: SuiteArg) -> Suite {
        match suite {
            SuiteArg::International => Suite::International,
            SuiteArg::Guomi => Suite::Guomi,
        }
    }
}

/// Whose tokens a server believes.
#[derive(clap::Args)]
pub(crate) struct TrustArgs {
    /// 签发方的公钥：文件，或 https 地址 The issuer's keys (JWKS): a file, or an address with https
    #[arg(long, value_name = "FILE|URL")]
    pub(crate) jwks: Option<String>,
    /// 签发方（令牌中的 iss）；不写 --jwks 时从该 https 地址取得公钥 The issuer (iss); without --jwks its keys are asked for at this address
    #[arg(long, value_name = "URL")]
    pub(crate) issuer: Option<String>,
    /// 签发方服务器证书的根证书（PEM），默认信任本机的根证书 Authority of the issuer's server (PEM); without it whom this machine trusts
    #[arg(long, value_name = "FILE")]
    pub(crate) issuer_ca: Option<PathBuf>,
    /// 令牌发给谁（令牌中的 aud），默认 sigeyi For whom tokens are (aud)
    #[arg(long, value_name = "NAME")]
    pub(crate) audience: Option<String>,
    /// 不要求令牌：本机上人人都可使用 Ask for no tokens: everybody on this machine may do everything
    #[arg(long, conflicts_with_all = ["jwks", "issuer", "issuer_ca", "audience"])]
    pub(crate) without_identity: bool,
}

#[derive(clap::Args)]
pub(crate) struct ServeArgs {
    #[command(flatten)]
    pub(crate) data: DataArgs,
    /// 监听地址；没有 TLS 时须为本机地址 Where to listen; without TLS a loopback address
    #[arg(long, value_name = "ADDR", default_value = LISTEN)]
    pub(crate) listen: SocketAddr,
    /// TLS 证书链（PEM），收到 SIGHUP 时重新读取 Certificate chain for TLS, read again at SIGHUP
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    pub(crate) tls_certificate: Option<PathBuf>,
    /// TLS 私钥（PEM），同上 Its private key, likewise
    #[arg(long, value_name = "FILE", requires = "tls_certificate")]
    pub(crate) tls_key: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) trust: TrustArgs,
    /// 权限来源：令牌，或令牌与角色登记共有的部分 From where rights come: the token, or what it and the register of roles have in common
    #[arg(long, value_enum, default_value_t = RolesFrom::Token)]
    pub(crate) roles: RolesFrom,
    #[command(flatten)]
    pub(crate) publish: PublishArgs,
    /// 日志格式 Format of the log on standard error
    #[arg(long, value_enum, default_value_t = LogFormat::Text)]
    pub(crate) log_format: LogFormat,
    #[command(flatten)]
    pub(crate) http: HttpArgs,
    /// 已核对过本机时钟 The clock has been looked at and is right
    #[arg(long)]
    pub(crate) accept_clock: bool,
    /// For tests of what may happen meanwhile: a snapshot after so many events.
    #[arg(long, value_name = "EVENTS", hide = true, value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) snapshot_every: Option<u64>,
}

/// Where checkpoints go.
#[derive(clap::Args)]
pub(crate) struct PublishArgs {
    /// 日志签名所用的名称，首次生成密钥时确定 The name under which the log signs, given when its key is made
    #[arg(long, value_name = "NAME")]
    pub(crate) origin: Option<String>,
    /// 每个存证点也写入此目录（checkpoint，及每天最后一个） Each checkpoint is written there too, and the last one of each day kept
    #[arg(long, value_name = "DIR")]
    pub(crate) checkpoint_dir: Option<PathBuf>,
    /// 每个存证点经标准输入交给此程序 Each checkpoint is handed to this program on its standard input
    #[arg(long, value_name = "PROGRAM")]
    pub(crate) checkpoint_command: Option<PathBuf>,
    /// 会签存证点的见证方地址，可重复 A witness that cosigns each checkpoint; may be given several times
    #[arg(long, value_name = "URL")]
    pub(crate) witness: Vec<ServerUrl>,
    /// 该见证方的公钥，与 --witness 同序 Its public key, in the order of --witness
    #[arg(long, value_name = "KEY", value_parser = VerifierKey::parse)]
    pub(crate) witness_key: Vec<VerifierKey>,
}

/// Where a witness listens unless told otherwise.
const WITNESS_LISTEN: &str = "127.0.0.1:8087";

#[derive(clap::Args)]
pub(crate) struct WitnessArgs {
    /// 状态目录：密钥，及每个日志最后一个存证点 Folder of the key and of the last checkpoint of each log
    #[arg(long, value_name = "DIR")]
    pub(crate) state: PathBuf,
    /// 见证方名称，第一次启动时确定 Name of the witness, given when it is first started
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// 日志的公钥，可重复 Public key of a log; may be given several times
    #[arg(long, value_name = "KEY", value_parser = VerifierKey::parse, required_unless_present = "public_key")]
    pub(crate) log: Vec<VerifierKey>,
    /// 监听地址，须为本机地址 Where to listen: a loopback address
    #[arg(long, value_name = "ADDR", default_value = WITNESS_LISTEN)]
    pub(crate) listen: SocketAddr,
    /// 输出公钥 Print the public key instead
    #[arg(long)]
    pub(crate) public_key: bool,
}

#[derive(clap::Args)]
pub(crate) struct CheckpointArgs {
    #[command(flatten)]
    pub(crate) place: PlaceArgs,
    /// 日志签名所用的名称 The name under which the log signs, given when its key is made or a fork is declared
    #[arg(long, value_name = "NAME", conflicts_with = "server")]
    pub(crate) origin: Option<String>,
    /// 输出公钥 Print the public key instead
    #[arg(long, conflicts_with = "server")]
    pub(crate) public_key: bool,
    /// 声明分叉：日志无法接续已签署的存证点，以新名称、新密钥继续 The log cannot go on from what it has signed: go on as another one
    #[arg(long, requires = "origin", conflicts_with_all = ["server", "public_key"])]
    pub(crate) accept_fork: bool,
}

#[derive(clap::Args)]
pub(crate) struct ProofArgs {
    #[command(flatten)]
    pub(crate) data: DataArgs,
    /// 事件的位置 Position of the event
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) position: u64,
}

#[derive(clap::Args)]
pub(crate) struct ExportLogArgs {
    #[command(flatten)]
    pub(crate) data: DataArgs,
    /// 写入的文件，须不存在 The file to write; it must not be there
    #[arg(long, value_name = "FILE")]
    pub(crate) to: PathBuf,
}

#[derive(clap::Args)]
pub(crate) struct ExportPersonArgs {
    #[command(flatten)]
    pub(crate) data: DataArgs,
    /// 人员编号 Person id
    #[arg(value_name = "PERSON")]
    pub(crate) person: String,
    /// 写入的文件，须不存在 The file to write; it must not be there
    #[arg(long, value_name = "FILE")]
    pub(crate) to: PathBuf,
}

#[derive(clap::Args)]
pub(crate) struct VerifyArgs {
    #[command(flatten)]
    pub(crate) data: DataArgs,
    /// 输出格式 Output format
    #[arg(long, value_enum, default_value_t = ReportFormat::Table)]
    pub(crate) format: ReportFormat,
}

#[derive(clap::Args)]
pub(crate) struct RepairArgs {
    #[command(flatten)]
    pub(crate) data: DataArgs,
    /// 放弃无法找回的事件 Give up the events that no file has any more
    #[arg(long)]
    pub(crate) accept_loss: bool,
    /// 输出格式 Output format
    #[arg(long, value_enum, default_value_t = ReportFormat::Table)]
    pub(crate) format: ReportFormat,
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
    /// 地区代码，六位，默认全区 Six-digit code; the whole region without it
    #[arg(long, value_name = "CODE")]
    pub(crate) region: Option<u32>,
    /// 方案，默认为该日所在的方案 Plan; the one in force on the day without it
    #[arg(long, value_name = "ID")]
    pub(crate) plan: Option<String>,
    /// 按文件中的方案计算，不改动数据 Count by the plan in this file; nothing of the data changes
    #[arg(long, value_name = "FILE", conflicts_with_all = ["plan", "server"])]
    pub(crate) plan_file: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) times: TimesArgs,
    /// 输出格式 Output format
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub(crate) format: Format,
}

/// On which day, and as it was known when.
#[derive(clap::Args)]
pub(crate) struct TimesArgs {
    /// 截至哪天，默认今天（方案已结束的，其最后一天） As of the end of this day; today without it, or the plan's last day if it is over
    #[arg(long, value_name = "DATE")]
    pub(crate) as_of: Option<String>,
    /// 按当时所知：位置，或时刻（日期即当日终了） What was known: a position, or a moment (a date is its end in China)
    #[arg(long, value_name = "POSITION|MOMENT")]
    pub(crate) known_at: Option<String>,
}

#[derive(clap::Args)]
pub(crate) struct HistoryArgs {
    #[command(flatten)]
    pub(crate) place: PlaceArgs,
    #[command(flatten)]
    pub(crate) times: TimesArgs,
    /// 人员编号；不写则输入残疾人证号 Person id; without it the certificate number is asked for
    #[arg(value_name = "PERSON")]
    pub(crate) person: Option<String>,
    /// 输出格式 Output format
    #[arg(long, value_enum, default_value_t = HistoryFormat::Table)]
    pub(crate) format: HistoryFormat,
}

#[derive(clap::Args)]
pub(crate) struct BackupArgs {
    /// 数据目录 Data directory
    #[arg(long, value_name = "DIR")]
    pub(crate) data: PathBuf,
    /// 日志（事件文件）所在目录，默认在数据目录中 Where the journal lies, if not in the data directory
    #[arg(long, value_name = "DIR")]
    pub(crate) journal: Option<PathBuf>,
    /// 事件（密文）备份到哪个文件夹 Folder for the events
    #[arg(long, value_name = "LOG_FOLDER")]
    pub(crate) to: PathBuf,
    /// 密钥备份到哪个文件夹，须与事件分开 Folder for the keys, apart from that of the events
    #[arg(long, value_name = "VAULT_FOLDER")]
    pub(crate) vault_to: PathBuf,
    /// 保管根密钥的程序（如硬件密码模块的接口），默认由 DIR/vault/root.key 保管 The program that holds the root key, if no file does
    #[arg(long, value_name = "PROGRAM")]
    pub(crate) key_command: Option<PathBuf>,
    /// 把根密钥也复制到密钥文件夹 Copy the root key beside the wrapped keys too
    #[arg(long)]
    pub(crate) with_root_key: bool,
    /// 输出格式 Output format
    #[arg(long, value_enum, default_value_t = ReportFormat::Table)]
    pub(crate) format: ReportFormat,
}

#[derive(clap::Args)]
pub(crate) struct RestoreArgs {
    /// 事件备份所在文件夹 Folder of the events
    #[arg(long, value_name = "LOG_FOLDER")]
    pub(crate) from: PathBuf,
    /// 密钥备份所在文件夹 Folder of the keys
    #[arg(long, value_name = "VAULT_FOLDER")]
    pub(crate) vault_from: PathBuf,
    /// 新的数据目录，须不存在或为空 The new data directory, missing or empty
    #[arg(long, value_name = "NEW_DIR")]
    pub(crate) data: PathBuf,
    /// 根密钥文件，若不在密钥文件夹中 The root key's file, if it is not in the folder of the keys
    #[arg(long, value_name = "FILE", conflicts_with = "key_command")]
    pub(crate) root_key: Option<PathBuf>,
    /// 保管根密钥的程序（如硬件密码模块的接口），默认由 DIR/vault/root.key 保管 The program that holds the root key, if no file does
    #[arg(long, value_name = "PROGRAM")]
    pub(crate) key_command: Option<PathBuf>,
    /// 输出格式 Output format
    #[arg(long, value_enum, default_value_t = ReportFormat::Table)]
    pub(crate) format: ReportFormat,
}

#[derive(clap::Args)]
pub(crate) struct TokenArgs {
    /// 数据目录，用其中的密钥 Data directory whose key signs
    #[arg(long, value_name = "DIR", required_unless_present = "key", conflicts_with = "key")]
    pub(crate) data: Option<PathBuf>,
    /// 密钥文件，没有时自动生成 The key's file, which is made when it is not there
    #[arg(long, value_name = "FILE")]
    pub(crate) key: Option<PathBuf>,
    /// 角色，可重复 Role in the region; may be given several times
    #[arg(long, value_name = "ROLE", value_parser = role_parser(), required_unless_present = "jwks")]
    pub(crate) role: Vec<Role>,
    /// 可查阅的地区，六位代码，含其下各级 Region to read, with all below it
    #[arg(long, value_name = "CODE", required_unless_present = "jwks")]
    pub(crate) region: Option<u32>,
    /// 可办理的地区，默认与可查阅的相同 Region to write, within the one to read; the same without it, for roles that write
    #[arg(long, value_name = "CODE")]
    pub(crate) write_region: Option<u32>,
    /// 只可查阅 Nothing may be written
    #[arg(long, conflicts_with = "write_region")]
    pub(crate) read_only: bool,
    /// 分析员可读取假名事件流 An analyst may read the pseudonymous stream of events
    #[arg(long)]
    pub(crate) stream: bool,
    /// 人员编号（不用姓名） Who: an id, no name
    #[arg(long, value_name = "ID", value_parser = identifier, required_unless_present = "jwks")]
    pub(crate) actor: Option<Identifier>,
    /// 机构编号 For which office: an id
    #[arg(long, value_name = "ID", value_parser = identifier, required_unless_present = "jwks")]
    pub(crate) office: Option<Identifier>,
    /// 只签发角色登记所授予的；目录须未被占用 Issue only what the register of roles grants; the directory must not be held
    #[arg(long, value_enum, default_value_t = RolesFrom::Token, requires = "data")]
    pub(crate) roles: RolesFrom,
    /// 时限：数字加 s、m、h 或 d，最长 31d How long it lives: a number with s, m, h or d
    #[arg(long, value_name = "TIME", default_value = "8h", value_parser = lifetime)]
    pub(crate) lifetime: Duration,
    /// 输出公钥（JWKS） Print the public key instead
    #[arg(long, conflicts_with_all = ["role", "region", "write_region", "read_only", "stream", "actor", "office", "lifetime"])]
    pub(crate) jwks: bool,
}

fn role_parser() -> impl TypedValueParser<Value = Role> {
    PossibleValuesParser::new(Role::ALL.iter().map(|role| role.name()))
        .try_map(|name| Role::from_name(&name).ok_or("no such role"))
}

fn identifier(text: &str) -> Result<Identifier, IdentifierError> {
    Identifier::parse(text)
}

/// `90s`, `15m`, `8h`, `30d`.
fn lifetime(text: &str) -> Result<Duration, &'static str> {
    const FORM: &str = "应为数字加 s、m、h 或 d give a number with s, m, h or d, such as 8h";
    let unit = text.bytes().last().ok_or(FORM)?;
    let seconds = match unit {
        b's' => 1,
        b'm' => 60,
        b'h' => 60 * 60,
        b'd' => 24 * 60 * 60,
        _ => return Err(FORM),
    };
    let digits = &text[..text.len() - 1];
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(FORM);
    }
    let number: u64 = digits.parse().map_err(|_| FORM)?;
    number.checked_mul(seconds).map(Duration::from_secs).ok_or(FORM)
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

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum HistoryFormat {
    Table,
    Json,
}

/// From where rights come.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum RolesFrom {
    Token,
    Register,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    Text,
    Json,
}
