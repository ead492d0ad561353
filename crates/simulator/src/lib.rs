//! A synthetic Inner Mongolia: the people who hold a disability certificate, and what offices record of them from 2022 to 2024.
//!
//! Every person is invented. Citizen numbers have the sequence numbers 900 to 999 only, which is how synthetic people are told apart;
//! phone numbers have 15 digits, so nobody can be called. The same options give the same commands for ever: every choice follows
//! from the seed by ChaCha8 and from integers, sums, products and quotients, never from functions that differ between platforms.
//!
//! Where the numbers come from is said at each constant:
//! * `calibration::people` – league weights (census of 2020), the employed share, the shares of categories and
//!   forms of employment have a source, given in section 4 of the domain report; sex, age, grade, reasons and counties are invented.
//! * `calibration::services` – new employment and trainings follow the targets of the plan (内政办发〔2022〕68号 一); what share of
//!   people has each step and how often anything else happens is invented.
//! * `calibration::recording` – that reports are due at the end of November is from the plan (三（六）); how late offices record, how
//!   often they err and send again is invented.
//!
//! So the figures of a simulation say nothing about the real region.
//!
//! [`Simulation::new`] draws every person and every timeline and keeps 12 bytes of each entry; iterating gives the recording days
//! in order and makes the commands of each day when it is asked for.

mod calendar;
mod calibration;
mod commands;
mod counties;
mod entry;
mod life;
mod names;
mod options;
mod person;
mod programme;
mod random;
mod recorder;
mod simulation;
mod texts;
mod weighted;

#[cfg(test)]
mod tests;

pub use options::SimulationOptions;
pub use simulation::{Simulated, SimulatedDay, Simulation};
