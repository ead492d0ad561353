//! What proves the log to others.

use std::{net::SocketAddr, path::PathBuf};

use sigeyi_proof::VerifierKey;

use super::{DataArgs, PlaceArgs, http::TlsArgs};

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
    /// 监听地址；没有 TLS 时须为本机地址 Where to listen; without TLS a loopback address
    #[arg(long, value_name = "ADDR", default_value = WITNESS_LISTEN)]
    pub(crate) listen: SocketAddr,
    #[command(flatten)]
    pub(crate) tls: TlsArgs,
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
pub(crate) struct HeadsArgs {
    #[command(flatten)]
    pub(crate) data: DataArgs,
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
