//! Nobody sees what is not theirs: each role, on each path, inside its county and outside.

mod accesses;
mod lists;
mod places;
mod proofs;
mod reading;
mod reveal;
mod streams;
mod tokens;
mod use_of_data;
mod writing;
