//! `sigeyi-verify`: what an auditor runs. It needs no store, no keys and no network.

mod args;
mod report;

use std::{
    error::Error,
    io::{self, Write},
    process::ExitCode,
    time::Instant,
};

use clap::Parser;
use sigeyi_proof::{Trust, TrustError};
use sigeyi_verifier::{
    VerifyError, read_checkpoint, verify_directory, verify_log, verify_person, verify_proof,
};

use crate::args::{Args, Check, TrustArgs};

/// Exit code: a file cannot be read, or the answer cannot be written.
const UNREADABLE: u8 = 1;
/// Exit code: wrong usage, such as keys that do not belong together.
const USAGE: u8 = 2;
/// Exit code: another version of this program is needed.
const OTHER_VERSION: u8 = 4;
/// Exit code: something is wrong.
const WRONG: u8 = 7;

/// Why nothing was verified.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("密钥不可用 the keys cannot be used")]
    Keys(#[from] TrustError),
    #[error("未通过 not verified")]
    Verify(#[from] VerifyError),
    #[error("无法输出 the answer cannot be written")]
    Output(#[from] io::Error),
}

fn main() -> ExitCode {
    let args = Args::parse();
    match run(&args.check) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            // Whoever has closed standard error has the exit code.
            let _ = writeln!(io::stderr(), "{}", chain(&failure));
            ExitCode::from(exit_code(&failure))
        }
    }
}

fn run(check: &Check) -> Result<(), Failure> {
    let begun = Instant::now();
    let (said, work, timing) = match check {
        Check::Proof { file, trust } => (report::event(&verify_proof(file, &trust_of(trust)?)?), None, false),
        Check::Person { file, trust } => {
            (report::person(&verify_person(file, &trust_of(trust)?)?), None, false)
        }
        Check::Log { file, trust, timing } => {
            let verified = verify_log(file, &trust_of(trust)?)?;
            (report::log(&verified), Some((verified.end, verified.trusted.algorithm.suite())), *timing)
        }
        Check::Directory { dir, journal, checkpoint, without_checkpoint: _, trust, timing } => {
            let trusted = match checkpoint {
                Some(file) => Some(read_checkpoint(file, &trust_of(trust)?)?),
                None => None,
            };
            let verified = verify_directory(dir, journal.as_deref(), trusted)?;
            (report::directory(&verified), Some((verified.end, verified.suite)), *timing)
        }
    };
    let mut out = io::stdout().lock();
    out.write_all(said.as_bytes())?;
    if let Some((end, suite)) = work.filter(|_| timing) {
        out.write_all(report::timing(&end, suite, begun.elapsed()).as_bytes())?;
    }
    Ok(out.flush()?)
}

fn trust_of(args: &TrustArgs) -> Result<Trust, TrustError> {
    let wanted = args.witnesses_min.unwrap_or(args.witness.len());
    Trust::new(args.key.clone(), args.witness.clone(), wanted)
}

fn exit_code(failure: &Failure) -> u8 {
    match failure {
        Failure::Keys(_) => USAGE,
        Failure::Output(_) | Failure::Verify(VerifyError::Unreadable { .. }) => UNREADABLE,
        Failure::Verify(VerifyError::OtherVersion { .. }) => OTHER_VERSION,
        Failure::Verify(VerifyError::Wrong { .. }) => WRONG,
    }
}

/// An error and what caused it, each after a colon.
fn chain(error: &dyn Error) -> String {
    let mut said = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        said = format!("{said}: {cause}");
        source = cause.source();
    }
    said
}
