//! What can be asked for.

use std::path::PathBuf;

use clap::{Parser, Subcommand};
use sigeyi_proof::VerifierKey;

const EXAMPLES: &str = "\
Examples:
  sigeyi-verify proof event-90779.tlog-proof --key 'log.example/sigeyi+7529c765+AQOh…'
  sigeyi-verify person history.ndjson --key KEY --witness WITNESS_KEY
  sigeyi-verify log export.ndjson --key KEY
  sigeyi-verify directory /backup/data --key KEY --checkpoint kept.checkpoint

Exit codes: 0 verified · 1 a file cannot be read · 2 wrong usage, or keys that do not belong together ·
4 made by a version that this one does not read · 7 something is wrong, and the first place is named";

/// 四个一核验: checks proofs, exported histories, exports and directories of sigeyi, without its store, its keys or a network.
#[derive(Debug, Parser)]
#[command(name = "sigeyi-verify", version, after_help = EXAMPLES)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) check: Check,
}

/// Whose signatures count.
#[derive(Debug, clap::Args)]
pub(crate) struct TrustArgs {
    /// The log's public key, as name+id+key; of several, one must have signed.
    #[arg(long, value_name = "KEY", value_parser = VerifierKey::parse)]
    pub(crate) key: Vec<VerifierKey>,
    /// The public key of a witness, as name+id+key; can be given several times.
    #[arg(long, value_name = "KEY", value_parser = VerifierKey::parse)]
    pub(crate) witness: Vec<VerifierKey>,
    /// How many of the witnesses must have cosigned; all of them unless said.
    #[arg(long, value_name = "NUMBER")]
    pub(crate) witnesses_min: Option<usize>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Check {
    /// 一个事件的证明 A proof file: that one event is in the log.
    Proof {
        /// The file (c2sp.org/tlog-proof, with the event in it).
        file: PathBuf,
        #[command(flatten)]
        trust: TrustArgs,
    },
    /// 一人的全部记录 The exported history of one person: that nothing is missing up to its last event.
    Person {
        /// The file.
        file: PathBuf,
        #[command(flatten)]
        trust: TrustArgs,
    },
    /// 全部记录 The export of a whole log.
    Log {
        /// The file.
        file: PathBuf,
        #[command(flatten)]
        trust: TrustArgs,
        /// Print how fast it was, and under which conditions.
        #[arg(long)]
        timing: bool,
    },
    /// 数据目录 The journal of a data directory that no server has open, or of a copy.
    Directory {
        /// The directory.
        dir: PathBuf,
        /// The journal's folder, where it is not DIR/journal.
        #[arg(long, value_name = "DIR")]
        journal: Option<PathBuf>,
        /// A checkpoint that was kept elsewhere.
        #[arg(long, value_name = "FILE", required_unless_present = "without_checkpoint", requires = "key")]
        checkpoint: Option<PathBuf>,
        /// Only see whether the journal fits itself: whoever can write to it can make one that does.
        #[arg(long, conflicts_with = "checkpoint")]
        without_checkpoint: bool,
        #[command(flatten)]
        trust: TrustArgs,
        /// Print how fast it was, and under which conditions.
        #[arg(long)]
        timing: bool,
    },
}
