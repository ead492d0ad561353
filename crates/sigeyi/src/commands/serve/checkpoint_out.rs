//! Where a server's checkpoints go: witnesses, a folder and a program.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use sigeyi_domain::Day;
use sigeyi_engine::{CheckpointOut, Consistency, SignedCheckpoint};

use super::witnesses::{self, Witness};
use crate::{args::PublishArgs, error::CliError};

/// Time that the program has; the next checkpoint waits for it.
const COMMAND_WITHIN: Duration = Duration::from_secs(10);
/// Between two looks whether it has ended.
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// The newest one, in the folder.
const NEWEST: &str = "checkpoint";

/// The places that were given.
pub(super) struct CheckpointPlaces {
    witnesses: Vec<Witness>,
    folder: Option<PathBuf>,
    program: Option<PathBuf>,
}

impl CheckpointPlaces {
    /// By the options. The folder must be there: one that is not mounted must not be made.
    pub(super) fn of(args: &PublishArgs) -> Result<CheckpointPlaces, CliError> {
        if let Some(folder) = args.checkpoint_dir.as_ref().filter(|folder| !folder.is_dir()) {
            return Err(CliError::Usage(format!(
                "--checkpoint-dir: {} 不是文件夹 is no folder",
                folder.display()
            )));
        }
        Ok(CheckpointPlaces {
            witnesses: witnesses::of(args)?,
            folder: args.checkpoint_dir.clone(),
            program: args.checkpoint_command.clone(),
        })
    }
}

impl CheckpointOut for CheckpointPlaces {
    fn cosign(&self, checkpoint: &mut SignedCheckpoint, path_from: &Consistency<'_>) -> Vec<String> {
        let asked = self.witnesses.iter().map(|witness| witness.cosign(checkpoint, path_from));
        asked.filter_map(Result::err).inspect(|fault| warn(fault)).collect()
    }

    fn publish(&self, checkpoint: &SignedCheckpoint) -> Vec<String> {
        let text = checkpoint.to_string();
        let kept = self.folder.as_ref().map(|folder| {
            keep(folder, &text)
                .map_err(|error| format!("the checkpoint was not written to {}: {error}", folder.display()))
        });
        let told = self.program.as_ref().map(|program| {
            tell(program, &text)
                .map_err(|error| format!("the checkpoint was not handed to {}: {error}", program.display()))
        });
        [kept, told].into_iter().flatten().filter_map(Result::err).inspect(|fault| warn(fault)).collect()
    }
}

fn warn(fault: &str) {
    tracing::warn!(fault, "a checkpoint did not go out");
}

/// The newest one, and the last one of each day, so that what grows with time is one file a day.
fn keep(folder: &Path, text: &str) -> io::Result<()> {
    let day = Day::in_china(jiff::Timestamp::now().as_microsecond());
    for name in [format!("{day}.checkpoint"), NEWEST.to_owned()] {
        let new = folder.join(format!("{name}.new"));
        let mut file = File::create(&new)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&new, folder.join(name))?;
    }
    File::open(folder)?.sync_all()
}

fn tell(program: &Path, text: &str) -> io::Result<()> {
    let mut child = Command::new(program).stdin(Stdio::piped()).stdout(Stdio::null()).spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        // A checkpoint is shorter than what a pipe takes at once. A program that reads nothing may have ended; its exit code counts.
        match stdin.write_all(text.as_bytes()) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => return Err(error),
            _ => {}
        }
    }
    ended(&mut child)
}

fn ended(child: &mut Child) -> io::Result<()> {
    let begun = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            let failed = || io::Error::other(format!("it ended with {status}"));
            return status.success().then_some(()).ok_or_else(failed);
        }
        if begun.elapsed() > COMMAND_WITHIN {
            child.kill()?;
            child.wait()?;
            return Err(io::ErrorKind::TimedOut.into());
        }
        std::thread::park_timeout(LOOK_EVERY);
    }
}
