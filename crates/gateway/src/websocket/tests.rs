//! The protocol over real sockets, against a small schema.

mod client;
mod codes;
mod fairness;
mod graphql_ws;
mod leaving;
mod paying;
mod pressure;
mod results;
mod rights;
mod sample;
mod tokens;
