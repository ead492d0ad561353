//! The schema: names and shapes are the contract with front ends, `schema/schema.graphql` holds them.

mod accesses;
mod approvals;
mod broken_glass;
mod codes;
mod difference;
mod errors;
mod event;
mod event_data;
mod events;
mod freeze;
mod head;
mod history;
mod inputs;
mod me;
mod mutation;
mod parse;
mod people;
mod person;
mod plan;
mod progress;
mod proofs;
mod query;
mod reading;
mod refusal;
mod region;
mod release;
mod report;
mod reveal;
mod roles;
mod scalars;
mod service;
mod subscription;
mod use_of_data;

pub use codes::code_lists_json;
pub(crate) use errors::{forbidden, of_access_log, of_question};
pub(crate) use event::Event;
pub(crate) use events::EventFilter;
pub(crate) use mutation::Mutation;
#[cfg(test)]
pub(crate) use progress::Progress;
pub(crate) use query::Query;
pub(crate) use scalars::{Position, SCALARS};
pub(crate) use service::{OFFLOADED_MAX, Service};
pub(crate) use subscription::Subscription;
