//! Checks, repairs and copies of a directory.

use std::path::PathBuf;

use super::{DataArgs, ReportFormat};

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
