//! A plan from a file: figures under other rules, without touching the data.

use std::{fs::File, io::Read, path::Path};

use sigeyi_domain::Plan;

use crate::error::{CliError, PlanFileError};

/// A plan file at most, in bytes: those that ship have some 2 KB.
const BYTES_MAX: u64 = 64 << 10;

/// Reads the plan. It lives as long as the process, as those that ship do: one is read in one run.
pub(super) fn read(path: &Path) -> Result<&'static Plan, CliError> {
    let failed = |source: PlanFileError| CliError::PlanFile { path: path.to_owned(), source };
    let mut text = String::new();
    let read = File::open(path).and_then(|file| file.take(BYTES_MAX + 1).read_to_string(&mut text));
    read.map_err(|error| failed(PlanFileError::Read(error)))?;
    if text.len() as u64 > BYTES_MAX {
        return Err(failed(PlanFileError::TooLong));
    }
    let plan = Plan::parse(&text).map_err(|error| failed(PlanFileError::Plan(error)))?;
    Ok(Box::leak(Box::new(plan)))
}
