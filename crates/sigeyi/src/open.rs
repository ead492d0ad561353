//! Opening the directory for one command.

use sigeyi_engine::{Engine, Options};

use crate::{args::DataArgs, error::CliError, output};

/// Opens an existing directory, or makes one where the command may.
pub(crate) fn open(args: &DataArgs, options: Options) -> Result<Engine, CliError> {
    let engine = Engine::open(&args.data, Options { journal_dir: args.journal.clone(), ..options })?;
    for reason in &engine.start_report().passed_over {
        output::say(&format!("快照已跳过 a snapshot was passed over: {reason}"));
    }
    if engine.is_synthetic() {
        output::say_synthetic();
    }
    Ok(engine)
}
