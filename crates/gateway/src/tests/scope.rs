//! Nobody sees what is not theirs: each role, on each path, inside its county and outside.

mod accesses;
mod counsellors;
mod feed;
mod lists;
mod places;
mod proofs;
mod reading;
mod reports;
mod reveal;
mod roles;
mod streams;
mod tokens;
mod two_times;
mod use_of_data;
mod writing;
