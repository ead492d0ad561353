//! Tests.

// What the tests are written with.
mod signing;

mod claims;
mod hostile;
mod issuers;
mod key_files;
mod key_sets;
mod refreshing;
mod signatures;
mod vectors;
