//! The server around the handlers: it takes connections, keeps them within limits, and ends in order.

mod accept;
mod connection;
mod limits;
mod options;
mod seat;
mod stream;
#[cfg(test)]
mod tests;
mod tls;
mod uptake;

use std::{net::SocketAddr, sync::Arc};

use axum::Router;
use tokio::{
    net::{TcpListener, TcpSocket},
    sync::{Semaphore, watch},
    task::JoinSet,
    time::timeout,
};

use crate::{
    metrics::Metrics,
    server::{
        connection::Service,
        limits::{BACKLOG_MAX, ConnectionLimits},
    },
};

pub use options::{ServeError, ServeOptions, TlsError, TlsFiles};
pub(crate) use tls::Tls;
pub(crate) use uptake::Uptake;

/// A server that listens, and is not yet answering.
pub(crate) struct Server {
    listener: TcpListener,
    address: SocketAddr,
    tls: Option<Tls>,
    limits: ConnectionLimits,
}

impl Server {
    /// Listens.
    pub(crate) fn bind(listen: SocketAddr, tls: Option<&TlsFiles>) -> Result<Server, ServeError> {
        Server::bind_with(listen, tls, ConnectionLimits::default().within_descriptors())
    }

    fn bind_with(
        listen: SocketAddr,
        tls: Option<&TlsFiles>,
        limits: ConnectionLimits,
    ) -> Result<Server, ServeError> {
        let tls = tls.map(Tls::read).transpose()?;
        let bound = || {
            let socket = if listen.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
            // So that a restart need not wait for connections of the last run.
            socket.set_reuseaddr(true)?;
            if let Some(bytes) = limits.send_buffer_bytes {
                // Connections that are accepted have that of the listener.
                socket.set_send_buffer_size(bytes)?;
            }
            socket.bind(listen)?;
            let listener = socket.listen(BACKLOG_MAX)?;
            let address = listener.local_addr()?;
            Ok((listener, address))
        };
        let (listener, address) = bound().map_err(|source| ServeError::Listen { address: listen, source })?;
        Ok(Server { listener, address, tls, limits })
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The certificate and key that it speaks TLS with, to be read again.
    pub(crate) fn tls(&self) -> Option<Tls> {
        self.tls.clone()
    }

    /// How many connections may be open.
    pub(crate) fn connections_max(&self) -> usize {
        self.limits.connections_max
    }

    /// Serves until `stop` is done. Then nothing more is accepted, `shutdown` becomes true for whoever watches it, and what is
    /// under way may finish within its time.
    pub(crate) async fn run(
        mut self,
        app: Router,
        metrics: Arc<Metrics>,
        shutdown: watch::Sender<bool>,
        stop: impl Future<Output = ()>,
    ) {
        let seats_max = self.limits.connections_max.min(Semaphore::MAX_PERMITS);
        let seats = Arc::new(Semaphore::new(seats_max));
        let mut connections = JoinSet::new();
        let service =
            Service { app, tls: self.tls, limits: self.limits, shutting_down: shutdown.subscribe() };
        tokio::select! {
            () = accept::accept(&mut self.listener, &service, &seats, &metrics, &mut connections) => {}
            () = stop => {}
        }
        drop(self.listener);
        shutdown.send_replace(true);
        let finished = async {
            while connections.join_next().await.is_some() {}
            // WebSockets are with their handlers, but still hold their seats.
            let _ = seats.acquire_many(u32::try_from(seats_max).unwrap_or(u32::MAX)).await;
        };
        if timeout(self.limits.finish_time_max, finished).await.is_err() {
            let open = seats_max - seats.available_permits();
            tracing::warn!(open, "connections were cut that did not finish in time");
        }
        connections.shutdown().await;
    }
}
