//! The gateway: GraphQL for front ends, over HTTP and WebSocket.
#![allow(dead_code)]

mod documents;
mod executor;
mod limits;
mod request_id;
mod subject;
mod websocket;
