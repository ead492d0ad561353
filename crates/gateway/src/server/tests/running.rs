//! A server for one test, and a client that writes and reads plain bytes.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use axum::{Router, routing::get};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::{oneshot, watch},
    task::JoinHandle,
    time::timeout,
};

use crate::{
    metrics::{Metrics, Readings},
    server::{Server, TlsFiles, limits::ConnectionLimits},
};

/// Longer than anything in a test takes, shorter than a patient person waits.
pub(crate) const DEADLINE: Duration = Duration::from_secs(20);

pub(crate) struct Running {
    pub(crate) address: SocketAddr,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) shutting_down: watch::Receiver<bool>,
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Running {
    pub(crate) fn start(app: Router, limits: ConnectionLimits) -> Running {
        Running::start_with(|_, _| app, limits, None)
    }

    /// With an app that is given the metrics and the news of the end.
    pub(crate) fn start_with(
        app: impl FnOnce(Arc<Metrics>, watch::Receiver<bool>) -> Router,
        limits: ConnectionLimits,
        tls: Option<&TlsFiles>,
    ) -> Running {
        let server = Server::bind_with(([127, 0, 0, 1], 0).into(), tls, limits).expect("it listens");
        let address = server.address();
        let metrics = Metrics::new(Readings::new(Vec::new));
        let (shutdown, shutting_down) = watch::channel(false);
        let app = app(metrics.clone(), shutting_down.clone());
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(server.run(app, metrics.clone(), shutdown, async {
            let _ = stopped.await;
        }));
        Running { address, metrics, shutting_down, stop, task }
    }

    pub(crate) async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.expect("it accepts")
    }

    /// Sends a request on a connection of its own and reads to its end.
    pub(crate) async fn ask(&self, request: &str) -> Answer {
        let mut socket = self.connect().await;
        socket.write_all(request.as_bytes()).await.expect("it is sent");
        Answer::of(&to_end(&mut socket).await)
    }

    pub(crate) async fn get(&self, path: &str, headers: &str) -> Answer {
        self.ask(&format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}\r\n"))
            .await
    }

    /// Waits until the line of a metric is there.
    pub(crate) async fn metric(&self, line: &str) {
        until(line, || self.metrics.text().lines().any(|it| it == line)).await;
    }

    /// Asks it to end; the task is done when it has ended.
    pub(crate) fn stop(self) -> JoinHandle<()> {
        self.stop.send(()).expect("it runs");
        self.task
    }
}

/// An answer in its parts.
pub(crate) struct Answer {
    pub(crate) status: u16,
    head: String,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn of(bytes: &[u8]) -> Answer {
        let at = bytes.windows(4).position(|four| four == b"\r\n\r\n").expect("a head");
        let head = String::from_utf8(bytes[..at].to_vec()).expect("the head is text");
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
        Answer { status, head, body: bytes[at + 4..].to_vec() }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (found, value) = line.split_once(": ")?;
            found.eq_ignore_ascii_case(name).then_some(value)
        })
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("the body is text")
    }
}

/// Everything until the other side closes, however it does.
pub(crate) async fn to_end(socket: &mut (impl AsyncRead + Unpin)) -> Vec<u8> {
    let mut bytes = Vec::new();
    // A reset is an end too.
    let _ = timeout(DEADLINE, socket.read_to_end(&mut bytes)).await.expect("it closes in time");
    bytes
}

pub(crate) async fn until(what: &str, is_so: impl Fn() -> bool) {
    let reached = async {
        while !is_so() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(DEADLINE, reached).await.unwrap_or_else(|_| panic!("never came: {what}"));
}

pub(crate) fn hello() -> Router {
    Router::new().route("/hello", get(|| async { "hello" }))
}
