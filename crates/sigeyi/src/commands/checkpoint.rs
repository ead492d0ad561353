//! `sigeyi checkpoint`: what the log has signed, its public key, and a fork that is declared.

use std::path::Path;

use sigeyi_engine::{CheckpointOptions, Engine, Options, ProofError, declare_fork};

use crate::{
    args::{CheckpointArgs, DataArgs, Place},
    error::CliError,
    open::open,
    output::{print, say},
};

/// Length of a checkpoint at most, in bytes.
pub(super) const CHECKPOINT_BYTES_MAX: u64 = 64 << 10;

/// Prints the checkpoint, or the key, and nothing else on standard output.
pub(crate) fn run(args: &CheckpointArgs) -> Result<(), CliError> {
    match args.place.place()? {
        Place::Server(client) => print(&client.text("/log/checkpoint", CHECKPOINT_BYTES_MAX)?),
        Place::Directory(data) => {
            if let (true, Some(origin)) = (args.accept_fork, &args.origin) {
                fork(&data.data, origin)?;
            }
            let engine = open_signing(&data, args.origin.as_deref())?;
            if args.public_key {
                let key = engine.log_key().ok_or(ProofError::NoCheckpoint)?;
                return print(&format!("{key}\n"));
            }
            let published = engine.sign_checkpoint()?.ok_or(ProofError::NoCheckpoint)?;
            print(&published.signed().to_string())
        }
    }
}

/// Opens a directory that signs, for a command that shows what is proved.
pub(super) fn open_signing(data: &DataArgs, origin: Option<&str>) -> Result<Engine, CliError> {
    let checkpoints = CheckpointOptions { make_key: true, origin: origin.map(str::to_owned), out: None };
    open(data, Options { checkpoints, ..Options::default() })
}

fn fork(data: &Path, origin: &str) -> Result<(), CliError> {
    let fork = declare_fork(data, origin)?;
    say(&format!(
        "已声明分叉，记入 FORKS；新的公钥请交给审计员和见证方 the fork is declared and written down in FORKS; hand the new key to auditors and witnesses: {}",
        fork.key
    ));
    Ok(())
}
