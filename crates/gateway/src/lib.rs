//! The gateway: GraphQL for front ends, over HTTP and WebSocket.
#![allow(dead_code)]

mod codes;
mod documents;
mod executor;
mod http;
mod limits;
mod request_id;
mod subject;
