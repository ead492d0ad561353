//! Imports over a loopback port, into a real directory.

mod faults;
mod place;
mod regions;
mod sample;
