//! Taking connections: within the limit, and going on when the machine has no room for one.

use std::{io, sync::Arc};

use tokio::{
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    task::JoinSet,
    time::sleep,
};

use crate::{
    metrics::Metrics,
    server::{connection::Service, seat::Seat},
};

/// Where connections come from.
pub(crate) trait Incoming: Send {
    /// The next one.
    fn next(&mut self) -> impl Future<Output = io::Result<TcpStream>> + Send;
}

impl Incoming for TcpListener {
    async fn next(&mut self) -> io::Result<TcpStream> {
        self.accept().await.map(|(socket, _)| socket)
    }
}

/// Accepts until it is dropped, and keeps each connection's task.
pub(crate) async fn accept(
    incoming: &mut impl Incoming,
    service: &Service,
    seats: &Arc<Semaphore>,
    metrics: &Arc<Metrics>,
    connections: &mut JoinSet<()>,
) {
    loop {
        tokio::select! {
            accepted = incoming.next() => match accepted {
                Ok(socket) => match seats.clone().try_acquire_owned() {
                    Ok(permit) => {
                        let seat = Seat::take(permit, metrics.clone());
                        connections.spawn(service.clone().serve(socket, seat));
                    }
                    Err(_) => {
                        metrics.connections_refused.inc();
                    }
                },
                Err(error) if is_of_one_connection(&error) => {}
                Err(error) => {
                    tracing::warn!(%error, "no connection can be accepted for now");
                    sleep(service.limits.accept_pause).await;
                }
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

/// Whether only the connection that was to be accepted is gone. Anything else concerns the machine, such as too many open files.
fn is_of_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionRefused
            | io::ErrorKind::Interrupted
    )
}
