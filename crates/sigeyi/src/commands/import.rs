//! `sigeyi import`: a roster, then what was done.

mod columns;
mod directory;
mod report;
mod server;

use std::{
    fs::File,
    path::{Path, PathBuf},
};

use indicatif::ProgressBar;
use sigeyi_domain::Identifier;
use sigeyi_engine::Options;

use self::{
    columns::{RECORDS, ROSTER},
    report::{text, write_report},
};
use crate::{
    args::{ImportArgs, Place},
    csv_file::CsvFile,
    error::CliError,
    open::open,
    output::{print, progress_bar},
};

/// Files that were read whole, so that nothing is recorded from one that turns out unreadable.
struct Files {
    roster: Option<CsvFile>,
    records: Option<CsvFile>,
}

/// Imports.
pub(crate) fn run(args: &ImportArgs) -> Result<(), CliError> {
    let place = args.place.place()?;
    let source =
        Identifier::parse(&args.source).map_err(|error| CliError::Usage(format!("--source: {error}")))?;
    let files = Files {
        roster: args.roster.as_deref().map(|path| CsvFile::read(path, &ROSTER)).transpose()?,
        records: args.records.as_deref().map(|path| CsvFile::read(path, &RECORDS)).transpose()?,
    };
    let report =
        args.report.as_deref().map(|path| Ok::<_, CliError>((path, create(path, args)?))).transpose()?;
    let answer = match place {
        Place::Directory(data) => {
            let suite = args.suite.map(Into::into);
            let options = Options {
                create: true,
                suite,
                accept_clock: args.accept_clock,
                daily_heads: true,
                ..Options::default()
            };
            let engine = open(&data, options)?;
            directory::import(&engine, source, &files, &files.bar())?
        }
        Place::Server(client) => server::import(&client, &source, &files, &files.bar())?,
    };
    if let Some((path, file)) = report {
        write_report(path, file, &answer)?;
    }
    print(&text(&answer, args.report.as_deref()))
}

impl Files {
    fn bar(&self) -> ProgressBar {
        let rows = [&self.roster, &self.records].into_iter().flatten().map(CsvFile::rows).sum();
        progress_bar(rows, "导入")
    }
}

/// Made before anything is recorded, so that a path that cannot be written costs nothing.
fn create(path: &Path, args: &ImportArgs) -> Result<File, CliError> {
    let is_input = |input: &PathBuf| match (input.canonicalize(), path.canonicalize()) {
        (Ok(input), Ok(report)) => input == report,
        _ => false,
    };
    if [&args.roster, &args.records].into_iter().flatten().any(is_input) {
        return Err(CliError::Usage(
            "--report: 报告会覆盖导入的文件，请另选 the report would overwrite an input file: choose another"
                .into(),
        ));
    }
    File::create(path).map_err(|source| CliError::Output { path: path.to_owned(), source })
}
