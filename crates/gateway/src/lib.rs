//! The gateway: GraphQL for front ends, over HTTP and WebSocket.
#![allow(dead_code)]

mod codes;
mod documents;
mod event_streams;
mod executor;
mod gateway;
mod http;
mod limits;
mod request_id;
mod schema;
mod subject;
#[cfg(test)]
mod tests;
mod websocket;

pub use gateway::sdl;
