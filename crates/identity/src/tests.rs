//! Tests.

// What the tests are written with.
mod signing;

mod claims;
mod hostile;
mod https;
mod issuers;
mod key_files;
mod key_sets;
mod refreshing;
mod signatures;
mod vectors;
