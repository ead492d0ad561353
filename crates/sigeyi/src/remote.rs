//! A server that holds the directory (`sigeyi serve`), as the other commands ask it.

mod client;
mod error;
mod graphql;
pub(crate) mod token;
mod url;

pub(crate) use self::{
    client::{Client, Patience, Trust, agent},
    error::ServerError,
    url::ServerUrl,
};
