//! `sigeyi verify`: checks everything in a directory, and changes nothing.

pub(super) mod report;

use indicatif::ProgressBar;
use sigeyi_engine::{KeySource, VerifyOptions, verify};

use self::report::{json, table};
use crate::{
    args::{ReportFormat, VerifyArgs},
    error::CliError,
    output::{print, progress_bar},
};

/// Checks, and prints what was checked and what is wrong.
pub(crate) fn run(args: &VerifyArgs) -> Result<(), CliError> {
    let bar = bar("核查");
    let keys = KeySource { command: args.data.key_command.clone(), to_file: false };
    let options = VerifyOptions { journal_dir: args.data.journal.clone(), keys };
    let checked = verify(&args.data.data, &options, |done, total| show(&bar, done, total));
    bar.finish_and_clear();
    let report = checked?;
    print(&match args.format {
        ReportFormat::Table => table(&report, &args.data.data),
        ReportFormat::Json => format!("{:#}\n", json(&report)),
    })?;
    if report.is_sound() {
        Ok(())
    } else {
        Err(CliError::Damaged("目录有损坏 the directory is damaged: the list says what mends each fault"))
    }
}

/// A bar in kilobytes of the journal.
pub(super) fn bar(what: &'static str) -> ProgressBar {
    progress_bar(0, what)
}

/// Moves it.
pub(super) fn show(bar: &ProgressBar, done: u64, total: u64) {
    bar.set_length(total / 1_000);
    bar.set_position(done / 1_000);
}
