//! What the crate promises, seen from outside.

mod differential;
mod heads;
mod invented;
mod laws;
mod refusals;
mod sm2;
mod tampering;
mod tiles;
mod vectors;
