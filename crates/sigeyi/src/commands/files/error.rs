//! Why there are no files.

use std::{io, path::PathBuf};

use sigeyi_engine::QuestionError;

/// One message each.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FilesError {
    /// A file or the folder.
    #[error("{path} 不能使用 cannot be used")]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The folder's manifest cannot be read.
    #[error(
        "{path} 不是导出清单 is no manifest of an export: choose another folder, or remove what is in it"
    )]
    Manifest {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: serde_json::Error,
    },
    /// The folder's manifest is of another version.
    #[error("{path} 是其他版本的导出清单 is the manifest of another version: choose another folder")]
    OtherForm {
        /// Which.
        path: PathBuf,
    },
    /// The folder has other files.
    #[error(
        "{folder} 里是另一种导出（其他日志、格式或内容） holds another export (of another log, format or content): choose another folder"
    )]
    Other {
        /// Which.
        folder: PathBuf,
    },
    /// The folder has other events.
    #[error(
        "{folder} 里是另一种筛选的导出（{theirs}） holds an export of other events ({theirs}): give the same filter, choose another folder, or write this one anew with --anew"
    )]
    OtherFilter {
        /// Which.
        folder: PathBuf,
        /// What it holds.
        theirs: String,
    },
    /// The folder has no manifest, and yet something is in it.
    #[error("{folder} 里有别的文件 holds something else: choose a new folder")]
    NotEmpty {
        /// Which.
        folder: PathBuf,
    },
    /// The folder was made from a longer log.
    #[error(
        "{folder} 的导出到位置 {theirs}，而日志只到 {head} was exported through {theirs}, and the log ends at {head}: was an older backup restored? Choose another folder"
    )]
    Ahead {
        /// Which.
        folder: PathBuf,
        /// Where the folder ends.
        theirs: String,
        /// Where the log does.
        head: String,
    },
    /// The log.
    #[error("日志不能读取 the log cannot be read")]
    Question(#[from] QuestionError),
}
