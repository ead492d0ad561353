//! The server with real sockets.

mod connections;
mod ending;
mod many;
mod page;
mod running;
mod starting;
mod tls;
mod unread;
mod whole_app;
