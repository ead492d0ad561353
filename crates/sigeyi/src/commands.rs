//! One command a file.

pub(crate) mod backup;
pub(crate) mod checkpoint;
mod chosen_events;
pub(crate) mod demo;
pub(crate) mod difference;
pub(crate) mod export;
pub(crate) mod files;
pub(crate) mod heads;
pub(crate) mod history;
pub(crate) mod import;
pub(crate) mod keys;
pub(crate) mod people;
pub(crate) mod progress;
pub(crate) mod proof;
pub(crate) mod regions_and_plans;
pub(crate) mod relay;
pub(crate) mod repair;
pub(crate) mod report;
pub(crate) mod restore;
pub(crate) mod roles;
pub(crate) mod serve;
mod times;
pub(crate) mod token;
pub(crate) mod verify;
pub(crate) mod witness;
