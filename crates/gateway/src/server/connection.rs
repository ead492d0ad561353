//! One connection, from its handshake to its last request.

use std::{convert::Infallible, pin::pin, sync::Arc};

use axum::{Router, body::Body, http::StatusCode};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    sync::watch,
    time::timeout,
};
use tower::ServiceExt;

use crate::server::{
    limits::{ConnectionLimits, READ_BUFFER_BYTES_MAX},
    seat::Seat,
    stream::Stream,
    tls::Tls,
    uptake::Uptake,
};

/// What every connection is given.
#[derive(Clone)]
pub(crate) struct Service {
    pub(crate) app: Router,
    pub(crate) tls: Option<Tls>,
    pub(crate) limits: ConnectionLimits,
    pub(crate) shutting_down: watch::Receiver<bool>,
}

impl Service {
    /// Serves the connection until one of the two has had enough. What goes wrong on the way is the client's own affair.
    pub(crate) async fn serve(self, socket: TcpStream, seat: Seat) {
        let Ok(()) = socket.set_nodelay(true) else { return };
        let seat = Arc::new(seat);
        let uptake = Uptake::new(self.limits.linger_time_max);
        let stalled_max = self.limits.write_time_max;
        match self.tls.as_ref().map(Tls::acceptor) {
            None => {
                let stream = Stream::new(socket, stalled_max, seat.clone(), uptake.clone());
                self.speak_http(stream, seat, uptake).await;
            }
            Some(tls) => {
                let handshake = timeout(self.limits.handshake_time_max, tls.accept(socket));
                if let Ok(Ok(socket)) = handshake.await {
                    let stream = Stream::new(socket, stalled_max, seat.clone(), uptake.clone());
                    self.speak_http(stream, seat, uptake).await;
                }
            }
        }
    }

    async fn speak_http<S>(mut self, stream: Stream<S>, seat: Arc<Seat>, uptake: Uptake)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let (app, asked_over) = (self.app, uptake.clone());
        let service = service_fn(move |mut request: hyper::Request<Incoming>| {
            let (app, seat) = (app.clone(), seat.clone());
            asked_over.answer_begins();
            request.extensions_mut().insert(asked_over.clone());
            async move {
                let response = app.oneshot(request.map(Body::new)).await?;
                if response.status() == StatusCode::SWITCHING_PROTOCOLS {
                    seat.becomes_websocket();
                }
                Ok::<_, Infallible>(response)
            }
        });
        let mut connection = pin!(
            http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(self.limits.head_time_max)
                .max_buf_size(READ_BUFFER_BYTES_MAX)
                .serve_connection(TokioIo::new(stream), service)
                .with_upgrades()
        );
        tokio::select! {
            _ = connection.as_mut() => return,
            _ = self.shutting_down.wait_for(|is_shutting_down| *is_shutting_down) => {}
        }
        if uptake.is_lingering() {
            // Whoever has not read why it was cut off is not waited for.
            return;
        }
        connection.as_mut().graceful_shutdown();
        // An error is a connection that was cut: nothing is left to do for it.
        let _ = connection.await;
    }
}
