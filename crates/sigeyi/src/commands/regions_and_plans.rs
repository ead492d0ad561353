//! Regions and plans, as they are named on the command line.

use sigeyi_domain::{Plan, Region, divisions, plans};

use crate::error::CliError;

/// A division by its code.
pub(super) fn find_region(code: u32) -> Result<Region, CliError> {
    divisions().region(code).ok_or_else(|| {
        CliError::Usage(format!(
            "--region {code}: 不是本区的六位代码 no division of the region has this code (150000 is the whole)"
        ))
    })
}

/// A plan by its id.
pub(super) fn find_plan(id: &str) -> Result<&'static Plan, CliError> {
    Plan::find(id).ok_or_else(|| {
        let known: Vec<&str> = plans().iter().map(|plan| plan.id.as_str()).collect();
        CliError::Usage(format!("--plan {id}: 没有这个方案 no such plan; there are {}", known.join(", ")))
    })
}
