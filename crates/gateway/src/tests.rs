//! Tests of the real schema over a small synthetic region.

mod commands;
mod contract;
mod questions;
mod streams;
mod world;
