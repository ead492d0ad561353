//! What the crate promises, seen from outside.

mod differential;
mod invented;
mod laws;
mod tampering;
mod tiles;
mod vectors;
