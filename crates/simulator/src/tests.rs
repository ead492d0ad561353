//! The simulation as a whole, by the rules of the domain.

mod delays;
mod numbers;
mod rules;
mod sequence;
mod shares;
mod world;
