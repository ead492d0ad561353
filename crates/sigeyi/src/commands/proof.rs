//! `sigeyi proof`: that an event is in the log, as a file that can be carried away.

use sigeyi_engine::Position;

use super::checkpoint::open_signing;
use crate::{args::ProofArgs, error::CliError, output::print};

/// Prints the proof, in the tree of a checkpoint that is signed now.
pub(crate) fn run(args: &ProofArgs) -> Result<(), CliError> {
    let engine = open_signing(&args.data, None)?;
    engine.sign_checkpoint()?;
    print(&engine.proof(Position(args.position))?.to_string())
}
