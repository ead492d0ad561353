//! What can go wrong on the command line, and the exit code for it.

use std::{io, path::PathBuf, process::ExitCode};

use sigeyi_domain::PlanError;
use sigeyi_engine::{
    AccessLogError, BackupError, CheckpointError, ExportError, ImportError, KeysError, LockError, OpenError,
    ProofError, QuestionError, RepairError, ReportError, RestoreError, VerifyError,
};
use sigeyi_gateway::ServeError;
use sigeyi_identity::{HttpsError, IssueError, IssuerUrlError, LocalKeyError};

use crate::{
    commands::{
        files::FilesError,
        relay::RelayError,
        witness::{MemoryError, WitnessKeyError},
    },
    csv_file::CsvError,
    remote::ServerError,
};

/// One message each, in Chinese for the office, with the English beside it where an operator reads it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CliError {
    /// Words that the commands do not take.
    #[error("{0}")]
    Usage(String),
    /// A token that nobody would believe.
    #[error("不能签发这样的令牌 such a token cannot be issued")]
    Token(#[from] IssueError),
    /// The directory.
    #[error("数据目录不能打开 the data directory cannot be opened")]
    Open(#[from] OpenError),
    /// An input file.
    #[error(transparent)]
    Input(#[from] CsvError),
    /// A plan file.
    #[error("方案文件不能用 the plan file cannot be used: {path}")]
    PlanFile {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: PlanFileError,
    },
    /// The import stopped on the way.
    #[error(
        "导入中断：已记录的保留，重新发送同样的文件即可继续 the import stopped; send the same files again to go on"
    )]
    Import(#[from] ImportError),
    /// The server was asked in vain.
    #[error(transparent)]
    Server(#[from] ServerError),
    /// The import over the wire stopped on the way.
    #[error(
        "导入未完成：已记录的保留，重新发送同样的文件即可继续 the import is not complete: what was recorded stays; send the same files again to record the rest"
    )]
    ServerImport(#[source] ServerError),
    /// No backup was made.
    #[error("备份未完成，原有备份未变 no backup was made; the one before it is as it was")]
    Backup(#[from] BackupError),
    /// No directory was restored.
    #[error("恢复未完成 the restore did not come to its end")]
    Restore(#[from] RestoreError),
    /// A question could not be answered.
    #[error("无法回答 the question cannot be answered")]
    Question(#[from] QuestionError),
    /// What is not written down is not shown.
    #[error("访问记录不能写入，因此不显示 nobody is shown, since the access log cannot be written")]
    AccessLog(#[source] AccessLogError),
    /// A checkpoint was not signed, or a fork not declared.
    #[error("没有签署存证点 no checkpoint was signed")]
    Checkpoint(#[from] CheckpointError),
    /// There is no such proof.
    #[error("没有这样的存证 there is no such proof")]
    Proof(#[from] ProofError),
    /// An export did not come to its end.
    #[error("导出未完成，文件不能用 the export is not complete and cannot be used")]
    Export(#[from] ExportError),
    /// Files for analysts did not come to their end.
    #[error("导出未完成：再次运行即可继续 the export is not complete: run it again to go on")]
    Files(#[from] FilesError),
    /// A relay stopped.
    #[error("转发已停止：再次运行即可继续 the relay has stopped: run it again to go on")]
    Relay(#[from] RelayError),
    /// The key of a witness.
    #[error("见证密钥不能用 the key of the witness cannot be used")]
    WitnessKey(#[from] WitnessKeyError),
    /// What a witness remembers.
    #[error("见证服务不能启动 the witness cannot begin")]
    Witness(#[from] MemoryError),
    /// A report or the screen.
    #[error("不能写入 cannot write {path}")]
    Output {
        /// Where to.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// Somebody who is not there.
    #[error("没有这个人 nobody is enrolled under this id or number")]
    Nobody,
    /// A report that is not there.
    #[error("没有这份报表 there is no report at this position")]
    NoReport,
    /// The figures of a report were not counted.
    #[error("报表未固定 the report was not frozen")]
    Report(#[from] ReportError),
    /// A report was not recorded.
    #[error("报表未固定 the report was not frozen")]
    Freeze(#[source] sigeyi_engine::CommandError),
    /// The directory cannot be checked.
    #[error("不能核查 the directory cannot be checked")]
    Verify(#[from] VerifyError),
    /// The directory cannot be mended.
    #[error("不能修复 the directory cannot be mended")]
    Repair(#[from] RepairError),
    /// The keys were not looked at or not rotated.
    #[error("密钥操作未完成 the keys could not be looked at or rotated")]
    Keys(#[from] KeysError),
    /// The directory is not sound; the report has been printed.
    #[error("{0}")]
    Damaged(&'static str),
    /// The demo's own file.
    #[error("{0}")]
    Demo(String),
    /// The server cannot start.
    #[error("无法提供服务 the server cannot start")]
    Serve(#[from] ServeError),
    /// The key that signs tokens.
    #[error("签发令牌的密钥不能用 the key for tokens cannot be used")]
    TokenKey(#[from] LocalKeyError),
    /// The address of an issuer.
    #[error("--issuer, --jwks: 须为 https 地址")]
    IssuerUrl(#[from] IssuerUrlError),
    /// Nobody to trust in asking an issuer.
    #[error("不能向签发方取得公钥 the issuer cannot be asked for its keys")]
    Https(#[from] HttpsError),
    /// Nobody to trust in asking a witness.
    #[error("不能向见证方请求会签 no witness can be asked")]
    WitnessTls(#[source] HttpsError),
    /// The machine gives no threads or signals.
    #[error("本机资源不足，无法启动 the machine lacks what a server needs")]
    Runtime(#[source] io::Error),
    /// The register of roles was not changed.
    #[error("角色登记未变更 the register of roles was not changed")]
    Roles(#[source] sigeyi_engine::CommandError),
    /// No heads were committed.
    #[error("未能记录存证末端 the heads were not committed")]
    Heads(#[source] sigeyi_engine::CommandError),
    /// A command of the demo was refused, which its generator never intends.
    #[error("合成数据未能写入 a synthetic command was not recorded")]
    Simulation(#[from] sigeyi_engine::CommandError),
}

/// Why a plan file cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PlanFileError {
    /// It cannot be read.
    #[error("不能读取 it cannot be read")]
    Read(#[source] io::Error),
    /// It is longer than any plan.
    #[error("超过 64 KiB it is longer than 64 KiB")]
    TooLong,
    /// It is no plan.
    #[error("不是方案 it is no plan")]
    Plan(#[source] PlanError),
}

impl CliError {
    pub(crate) fn exit_code(&self) -> ExitCode {
        ExitCode::from(match self {
            CliError::Usage(_)
            | CliError::Token(_)
            | CliError::IssuerUrl(_)
            | CliError::Serve(
                ServeError::NotLoopback(_) | ServeError::WithoutTls(_) | ServeError::OriginElsewhere(_),
            ) => 2,
            CliError::Open(OpenError::Lock(error))
            | CliError::Verify(VerifyError::Lock(error))
            | CliError::Repair(RepairError::Verify(VerifyError::Lock(error)))
            | CliError::Keys(KeysError::Lock(error))
            | CliError::Checkpoint(CheckpointError::Lock(error)) => lock_code(error),
            CliError::Damaged(_) => 7,
            CliError::Relay(RelayError::Refused { .. }) => 6,
            CliError::Relay(RelayError::GivenUp { .. }) => 5,
            CliError::Relay(RelayError::Held { .. }) => 3,
            CliError::Input(_) | CliError::PlanFile { .. } => 4,
            CliError::Backup(error) => backup_code(error),
            CliError::Restore(error) => restore_code(error),
            CliError::Server(error) | CliError::ServerImport(error) => match error {
                ServerError::Refused { .. } | ServerError::TokenMissing | ServerError::TokenNotBelieved => 6,
                _ => 5,
            },
            _ => 1,
        })
    }

    pub(crate) fn screen(source: io::Error) -> CliError {
        CliError::Output { path: "(stdout)".into(), source }
    }
}

/// Somebody who holds the directory, or a disk that lets nobody hold it.
fn lock_code(error: &LockError) -> u8 {
    match error {
        LockError::Held { .. } => 3,
        LockError::Io(_) => 1,
    }
}

fn backup_code(error: &BackupError) -> u8 {
    match error {
        BackupError::Folder(_) => 2,
        BackupError::Lock(error) => lock_code(error),
        BackupError::Source(_)
        | BackupError::HeadDiffers { .. }
        | BackupError::AccessSource(_)
        | BackupError::AccessHeadDiffers { .. }
        | BackupError::VaultFile(_)
        | BackupError::Vault(_)
        | BackupError::KeyMissing { .. } => 7,
        BackupError::Catalogue(_)
        | BackupError::OtherLog { .. }
        | BackupError::Unexplained { .. }
        | BackupError::Behind { .. }
        | BackupError::Fork { .. }
        | BackupError::AccessBehind { .. }
        | BackupError::AccessFork { .. }
        | BackupError::OtherKeys { .. } => 8,
        BackupError::NoData { .. }
        | BackupError::Unfinished { .. }
        | BackupError::Manifest(_)
        | BackupError::Head(_)
        | BackupError::HeadUnknown { .. }
        | BackupError::RootKey { .. }
        | BackupError::RootKeyHeld
        | BackupError::Copy(_)
        | BackupError::Io(_) => 1,
    }
}

fn restore_code(error: &RestoreError) -> u8 {
    match error {
        RestoreError::Folder(_) | RestoreError::NotEmpty { .. } => 2,
        RestoreError::Lock(error) => lock_code(error),
        RestoreError::NoBackup { .. }
        | RestoreError::Catalogue(_)
        | RestoreError::OtherVersion { .. }
        | RestoreError::OtherLog { .. }
        | RestoreError::KeysOlder { .. }
        | RestoreError::Vault(_)
        | RestoreError::Missing { .. }
        | RestoreError::Damaged { .. }
        | RestoreError::Keys(_)
        | RestoreError::Events(_)
        | RestoreError::Access(_)
        | RestoreError::OtherAccess { .. }
        | RestoreError::KeyMissing { .. }
        | RestoreError::OtherRoot { .. }
        | RestoreError::Faults { .. } => 8,
        RestoreError::RootKeyMissing { .. }
        | RestoreError::RootKey { .. }
        | RestoreError::Open(_)
        | RestoreError::Verify(_)
        | RestoreError::Manifest(_)
        | RestoreError::Head(_)
        | RestoreError::Copy(_)
        | RestoreError::Io(_) => 1,
    }
}
