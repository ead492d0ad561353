//! The gateway: GraphQL for front ends, over HTTP and WebSocket.
#![allow(dead_code)]

mod answer_headers;
mod app;
mod documents;
mod executor;
mod graphiql;
mod limits;
mod metrics;
mod observe;
mod probes;
mod request_id;
mod serve;
mod server;
mod subject;
mod this_machine;

pub use serve::serve;
pub use server::{ServeError, ServeOptions, TlsError, TlsFiles};
