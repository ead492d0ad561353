//! Imports into an open directory.

use indicatif::ProgressBar;
use sigeyi_domain::Identifier;
use sigeyi_engine::{Engine, Importer};
use sigeyi_gateway::ImportAnswer;

use super::{
    Files,
    columns::{record_row, roster_row},
};
use crate::error::CliError;

pub(super) fn import(
    engine: &Engine,
    source: Identifier,
    files: &Files,
    bar: &ProgressBar,
) -> Result<ImportAnswer, CliError> {
    // The interface sends on behalf of the office; who sits in front of it is known once there is identity.
    let mut importer = Importer::new(engine, source.clone(), source.clone(), source);
    let sent = send(&mut importer, files, bar);
    let summary = importer.finish();
    bar.finish_and_clear();
    sent?;
    Ok(ImportAnswer::from(&summary?))
}

fn send(importer: &mut Importer<'_>, files: &Files, bar: &ProgressBar) -> Result<(), CliError> {
    if let Some(roster) = &files.roster {
        let mut rows = roster.read_rows();
        while let Some((line, row)) = rows.advance()? {
            bar.inc(1);
            importer.roster(line, &roster_row(&row))?;
        }
    }
    if let Some(records) = &files.records {
        let mut rows = records.read_rows();
        while let Some((line, row)) = rows.advance()? {
            bar.inc(1);
            importer.record(line, &record_row(&row))?;
        }
    }
    Ok(())
}
