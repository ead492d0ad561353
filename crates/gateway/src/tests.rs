//! Tests of the real schema over a small synthetic region.

mod commands;
mod contract;
mod ending;
mod kept;
mod questions;
mod refusals;
mod scope;
mod streams;
mod withheld;
pub(crate) mod world;
