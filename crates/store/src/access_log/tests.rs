//! Tests.

mod altered;
mod faults;
mod life;
mod power_cuts;
mod questions;
mod suites;
