//! What a server is told.

use std::{net::SocketAddr, path::PathBuf};

use clap::ValueEnum;
use sigeyi_engine::ScrubPace;
use sigeyi_proof::VerifierKey;

use super::{
    DataArgs, SuiteArg,
    http::{HttpArgs, TlsArgs},
};
use crate::remote::ServerUrl;

/// Where the server listens unless told otherwise.
const LISTEN: &str = "127.0.0.1:8086";

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
    #[command(flatten)]
    pub(crate) tls: TlsArgs,
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
    /// 运行时每秒重读并校验多少字节的日志，0 为不重读 Bytes of the journal that are read again and checked each second; 0 for none
    #[arg(long, value_name = "BYTES", default_value_t = ScrubPace::BYTES_A_SECOND)]
    pub(crate) scrub_bytes_per_second: u64,
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
    /// 会签存证点的见证方地址（https，或本机的 http），可重复 A witness that cosigns each checkpoint (https, or http on this machine); may be given several times
    #[arg(long, value_name = "URL")]
    pub(crate) witness: Vec<ServerUrl>,
    /// 见证方服务器证书的根证书（PEM），默认信任本机的根证书 Authority of the witnesses' servers (PEM); without it whom this machine trusts
    #[arg(long, value_name = "FILE", requires = "witness")]
    pub(crate) witness_ca: Option<PathBuf>,
    /// 该见证方的公钥，与 --witness 同序 Its public key, in the order of --witness
    #[arg(long, value_name = "KEY", value_parser = VerifierKey::parse)]
    pub(crate) witness_key: Vec<VerifierKey>,
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
