//! Every number of the simulation, with its source or the word "invented". Sections are those of the domain report.

pub(crate) mod people;
pub(crate) mod recording;
pub(crate) mod services;
