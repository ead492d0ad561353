//! Tests of the real schema over a small synthetic region.

mod commands;
mod contract;
mod ending;
mod kept;
mod questions;
mod refusals;
mod scope;
mod streams;
pub(crate) mod world;
