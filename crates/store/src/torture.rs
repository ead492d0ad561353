//! The store on a disk that loses what it may lose: power cuts at every boundary, faults, lies, and no space.
//!
//! `just torture` runs many more seeds than the tests do by themselves.

mod faults;
mod full_disk;
mod life;
mod power_cuts;
