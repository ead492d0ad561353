//! Regions and plans, as they are named on the command line.

use sigeyi_domain::{Plan, Region, divisions, plans};

use crate::error::CliError;

/// What is said of a code that no division has.
pub(crate) const NO_REGION: &str =
    "不是本区的六位代码 no division of the region has this code (150000 is the whole)";

/// A division by its code.
pub(crate) fn find_region(code: u32) -> Result<Region, CliError> {
    divisions().region(code).ok_or_else(|| CliError::Usage(format!("--region {code}: {NO_REGION}")))
}

/// A plan by its id.
pub(crate) fn find_plan(id: &str) -> Result<&'static Plan, CliError> {
    Plan::find(id).ok_or_else(|| CliError::Usage(format!("--plan {id}: {}", no_plan())))
}

/// What is said of an id that no plan has.
pub(crate) fn no_plan() -> String {
    let known: Vec<&str> = plans().iter().map(|plan| plan.id.as_str()).collect();
    format!("没有这个方案 no such plan; there are {}", known.join(", "))
}
