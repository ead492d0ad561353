//! Sending events on.

use std::path::PathBuf;

use clap::ValueEnum;

use super::{EventsArgs, PlaceArgs};
use crate::commands::relay::TargetArg;

/// Events of a batch unless told otherwise, and at most: a server gives no more.
const BATCH_EVENTS: u16 = 100;
const BATCH_EVENTS_MAX: i64 = 1_000;
/// Seconds between two attempts at most, unless told otherwise.
const WAIT_MAX_SECONDS: u64 = 300;
/// Seconds after which a server is asked again that had nothing new.
const ASK_EVERY_SECONDS: u64 = 5;

#[derive(clap::Args)]
pub(crate) struct RelayArgs {
    #[command(flatten)]
    pub(crate) place: PlaceArgs,
    /// 发往何处：https://…（本机可用 http://），或 file:路径 Where to: https://… (http:// on this machine), or file:PATH
    #[arg(long, value_name = "TARGET")]
    pub(crate) to: TargetArg,
    /// 记录转发到哪里的文件 The file that keeps how far the relay is
    #[arg(long, value_name = "FILE")]
    pub(crate) state: PathBuf,
    /// 签名密钥文件：whsec_… 或 Base64，24 至 64 字节 File with the secret that signs: whsec_… or base64, 24 to 64 bytes
    #[arg(long, value_name = "FILE")]
    pub(crate) secret_file: Option<PathBuf>,
    /// 接收方服务器证书的根证书（PEM），默认信任本机的根证书 Authority of the receiver's server (PEM); without it whom this machine trusts
    #[arg(long, value_name = "FILE")]
    pub(crate) webhook_ca: Option<PathBuf>,
    /// 接收方拒绝时：停止，或写入死信文件后继续 When the receiver refuses a batch: stop, or write it to the dead-letter file and go on
    #[arg(long, value_enum, default_value_t = OnRefusal::Stop, requires_if("dead-letter", "dead_letters"))]
    pub(crate) on_refusal: OnRefusal,
    /// 死信文件 The dead-letter file
    #[arg(long, value_name = "FILE")]
    pub(crate) dead_letters: Option<PathBuf>,
    /// 到日志末尾后继续等待新事件 At the end of the log wait for more
    #[arg(long, requires = "server")]
    pub(crate) follow: bool,
    /// 没有新事件时，隔几秒再问 Seconds after which a server is asked again that had nothing new
    #[arg(long, value_name = "SECONDS", default_value_t = ASK_EVERY_SECONDS, value_parser = clap::value_parser!(u64).range(1..=3_600))]
    pub(crate) ask_every: u64,
    /// 每批事件数 Events of a batch at most
    #[arg(long, value_name = "N", default_value_t = BATCH_EVENTS, value_parser = clap::value_parser!(u16).range(1..=BATCH_EVENTS_MAX))]
    pub(crate) batch: u16,
    /// 最多尝试次数，默认不限 Attempts at most for one batch; without end unless given
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) attempts: Option<u32>,
    /// 两次尝试之间最多等几秒 Seconds between two attempts at most
    #[arg(long, value_name = "SECONDS", default_value_t = WAIT_MAX_SECONDS, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub(crate) wait_max: u64,
    #[command(flatten)]
    pub(crate) events: EventsArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum OnRefusal {
    Stop,
    DeadLetter,
}
