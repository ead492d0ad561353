//! The gateway: GraphQL for front ends, over HTTP and WebSocket, and events for analysts over HTTP.

mod accept;
mod answer_headers;
mod answers;
mod app;
mod asked;
mod budget;
mod codes;
mod costs;
mod documents;
mod ended;
mod event_streams;
mod executor;
mod feed;
mod followers;
#[cfg(feature = "fuzzing")]
pub mod fuzzing;
mod gateway;
mod glass;
mod graphiql;
mod http;
mod identities;
mod imports;
mod limits;
mod metrics;
mod moment;
mod mutations;
mod observe;
mod origins;
mod probes;
mod published_log;
mod register;
mod request_id;
mod schema;
mod scope;
mod serve;
mod server;
mod subject;
mod tenure;
#[cfg(test)]
mod tests;
mod this_machine;
mod tokens;
mod websocket;
mod witness;

pub use costs::{COST_PER_MINUTE, COST_PER_MINUTE_MAX, COST_PER_MINUTE_MIN, COST_PER_MINUTE_OF_ALL};
pub use followers::{STREAMS_PER_USER, STREAMS_PER_USER_MAX};
pub use gateway::sdl;
pub use identities::Visitors;
pub use imports::{ImportAnswer, ImportRow, ROW_BYTES_MAX, RecordLine, RejectedRow, RosterLine, RowCounts};
pub use origins::{Origin, OriginError};
pub use register::RightsFrom;
pub use schema::code_lists_json;
pub use serve::{serve, serve_routes};
pub use server::{ServeError, ServeOptions, TlsError, TlsFiles};
