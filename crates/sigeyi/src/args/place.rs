//! Where the data are: a directory, or the server that holds it.

use std::path::PathBuf;

use clap::ValueEnum;
use sigeyi_engine::Suite;

use crate::{
    error::CliError,
    remote::{Client, ServerUrl, token},
};

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
