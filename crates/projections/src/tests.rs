//! Tests.

// What the tests are written with. The engine's tests need more of it.
#[allow(dead_code)]
mod any;
mod log;
mod same;

mod commands;
mod entries;
mod laws;
mod snapshots;
