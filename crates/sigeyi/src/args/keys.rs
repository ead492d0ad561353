//! How keys are looked at and rotated.

use std::path::PathBuf;

use clap::Subcommand;

use super::ReportFormat;

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
