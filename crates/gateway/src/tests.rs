//! Tests of the real schema over a small synthetic region.

mod commands;
mod contract;
mod ending;
pub(crate) mod issuing;
mod kept;
mod questions;
mod refusals;
pub(crate) mod registering;
mod scope;
mod streams;
mod withheld;
pub(crate) mod world;
