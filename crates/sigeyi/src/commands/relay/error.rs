//! Why a relay stops.

use std::{io, path::PathBuf};

use sigeyi_engine::QuestionError;

use crate::remote::ServerError;

/// One message each.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RelayError {
    /// A file.
    #[error("{path} 不能使用 cannot be used")]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// Another relay has the state.
    #[error("{path}: 另一个转发正在使用 another relay is using it")]
    Held {
        /// Which.
        path: PathBuf,
    },
    /// The state cannot be read.
    #[error("{path} 不是转发状态 is no state of a relay: choose another file")]
    State {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: serde_json::Error,
    },
    /// The state is of another relay.
    #[error("{path} 属于另一个转发（{theirs}） is of a relay {theirs}: choose another file")]
    OtherState {
        /// Which.
        path: PathBuf,
        /// Of which one.
        theirs: String,
    },
    /// The state is of a relay with another filter.
    #[error(
        "{path}: 该转发用的是另一种筛选（{theirs}） the relay of this state sends other events ({theirs}): give the same filter, or a new --state and, for a file, a new --to"
    )]
    OtherFilter {
        /// Which.
        path: PathBuf,
        /// What it sends.
        theirs: String,
    },
    /// The state is new, and the file is not.
    #[error(
        "{path} 已有事件，而转发状态是新的 has events in it, and the state is a new one: give the --state that belongs to the file, or a new file"
    )]
    FileNotNew {
        /// Which.
        path: PathBuf,
    },
    /// The state is ahead of the log.
    #[error(
        "已转发到位置 {sent}，而日志只到 {head} was relayed through {sent}, and the log ends at {head}: was an older backup restored?"
    )]
    Ahead {
        /// How far the relay was.
        sent: u64,
        /// Where the log ends.
        head: u64,
    },
    /// The file that is written has lost its end.
    #[error(
        "{path} 缺少已写入的事件 lacks events that were written: it ends at {found}, and {sent} was written"
    )]
    FileBehind {
        /// Which.
        path: PathBuf,
        /// Where it ends.
        found: u64,
        /// What was written.
        sent: u64,
    },
    /// The file has something else in it.
    #[error("{path} 里不是事件 has lines in it that are no events: choose another file")]
    FileStrange {
        /// Which.
        path: PathBuf,
    },
    /// The secret cannot be used.
    #[error(
        "{path}: 应为 whsec_… 或 Base64，24 至 64 字节 give whsec_… or base64 of 24 to 64 bytes, and nothing else"
    )]
    Secret {
        /// Which.
        path: PathBuf,
    },
    /// The server's events are not in order, or not events.
    #[error("服务给出的事件不可用 the events of the server cannot be used: {0}")]
    Strange(&'static str),
    /// The server was asked in vain.
    #[error(transparent)]
    Server(#[from] ServerError),
    /// The receiver said no.
    #[error("接收方拒绝 the receiver refuses events {first} to {last}: {status}")]
    Refused {
        /// First position of the batch.
        first: u64,
        /// Last position of the batch.
        last: u64,
        /// Its answer.
        status: u16,
    },
    /// The receiver did not take it, however often it was sent.
    #[error("尝试 {attempts} 次未成功 {attempts} attempts were in vain with events {first} to {last}: {why}")]
    GivenUp {
        /// So many.
        attempts: u32,
        /// First position of the batch.
        first: u64,
        /// Last position of the batch.
        last: u64,
        /// The last answer, or what is wrong with the connection.
        why: String,
    },
    /// Signals cannot be heard.
    #[error("不能接收信号 signals cannot be heard")]
    Signals(#[source] io::Error),
    /// The log.
    #[error("日志不能读取 the log cannot be read")]
    Question(#[from] QuestionError),
}
