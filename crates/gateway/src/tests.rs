//! Tests of the real schema over a small synthetic region.

pub(crate) mod asking;
mod commands;
mod contract;
mod doors;
mod ending;
mod feed;
mod feed_bodies;
mod feed_ends;
pub(crate) mod following;
pub(crate) mod issuing;
mod kept;
mod paying;
mod places;
mod questions;
mod refusals;
pub(crate) mod registering;
mod scope;
pub(crate) mod streams;
mod withheld;
pub(crate) mod world;
