//! A server that holds the directory (`sigeyi serve`), as the other commands ask it.

mod client;
mod error;
mod graphql;
pub(crate) mod token;
mod url;

pub(crate) use self::{
    client::{Client, Patience},
    error::ServerError,
    url::ServerUrl,
};
