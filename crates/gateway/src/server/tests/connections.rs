//! What one connection may not do to the others.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use axum::{Router, extract::WebSocketUpgrade, routing::get};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::{Semaphore, watch},
    task::JoinSet,
    time::timeout,
};

use super::running::{Answer, DEADLINE, Running, hello, to_end};
use crate::{
    metrics::{Metrics, Readings},
    server::{
        accept::{Incoming, accept},
        connection::Service,
        limits::ConnectionLimits,
    },
};

#[tokio::test]
async fn a_head_that_dribbles_in_is_cut_off() {
    let limits = ConnectionLimits { head_time_max: Duration::from_millis(300), ..Default::default() };
    let running = Running::start(hello(), limits);
    let (mut reader, mut writer) = running.connect().await.into_split();
    let started = Instant::now();
    let dribble = tokio::spawn(async move {
        for byte in b"GET /hello HTTP/1.1\r\nHost: localhost\r\nX-Long: ".iter().chain([b'a'; 10_000].iter())
        {
            if writer.write_all(&[*byte]).await.is_err() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    let answered = to_end(&mut reader).await;
    assert!(started.elapsed() >= Duration::from_millis(250), "not before its time");
    assert!(!answered.starts_with(b"HTTP/1.1 200"), "it is not answered");
    running.metric("sigeyi_connections_open 0").await;
    dribble.abort();
}

#[tokio::test]
async fn an_idle_connection_is_closed_and_a_used_one_kept_till_then() {
    let limits = ConnectionLimits { head_time_max: Duration::from_millis(300), ..Default::default() };
    let running = Running::start(hello(), limits);
    let mut socket = running.connect().await;
    for _ in 0..3 {
        socket.write_all(b"GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n").await.expect("it is still open");
        let mut bytes = [0; 512];
        let length = timeout(DEADLINE, socket.read(&mut bytes)).await.expect("in time").expect("an answer");
        assert_eq!(Answer::of(&bytes[..length]).text(), "hello");
    }
    assert!(to_end(&mut socket).await.is_empty());
    running.metric("sigeyi_connections_open 0").await;
}

#[tokio::test]
async fn one_connection_too_many_is_closed_at_once_and_room_is_used_again() {
    let running = Running::start(hello(), ConnectionLimits { connections_max: 2, ..Default::default() });
    let (first, _second) = (running.connect().await, running.connect().await);
    running.metric("sigeyi_connections_open 2").await;
    assert!(to_end(&mut running.connect().await).await.is_empty());
    running.metric("sigeyi_connections_refused_total 1").await;
    drop(first);
    running.metric("sigeyi_connections_open 1").await;
    assert_eq!(running.get("/hello", "").await.text(), "hello");
}

#[tokio::test]
async fn a_websocket_keeps_its_seat_until_it_is_closed() {
    let app = Router::new().route(
        "/socket",
        get(async |upgrade: WebSocketUpgrade| {
            upgrade.on_upgrade(async |mut socket| while let Some(Ok(_)) = socket.recv().await {})
        }),
    );
    let running = Running::start(app, ConnectionLimits { connections_max: 1, ..Default::default() });
    let mut socket = running.connect().await;
    socket.write_all(UPGRADE.as_bytes()).await.expect("it is sent");
    running.metric("sigeyi_websockets_open 1").await;
    running.metric("sigeyi_connections_open 1").await;
    assert!(to_end(&mut running.connect().await).await.is_empty(), "there is no other seat");
    drop(socket);
    running.metric("sigeyi_websockets_open 0").await;
    running.metric("sigeyi_connections_open 0").await;
}

pub(crate) const UPGRADE: &str = "GET /socket HTTP/1.1\r\nHost: localhost\r\nConnection: upgrade\r\n\
    Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

#[tokio::test]
async fn a_client_that_takes_nothing_of_its_answer_is_given_up() {
    // More than the kernel buffers between the two.
    let app = Router::new().route("/large", get(|| async { vec![b'x'; 64 * 1024 * 1024] }));
    let limits = ConnectionLimits { write_time_max: Duration::from_millis(300), ..Default::default() };
    let running = Running::start(app, limits);
    let mut socket = running.connect().await;
    socket.write_all(b"GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n").await.expect("it is sent");
    running.metric("sigeyi_connections_open 1").await;
    running.metric("sigeyi_connections_open 0").await;
    assert!(to_end(&mut socket).await.len() < 64 * 1024 * 1024);
}

/// A listener on a machine that has no descriptor left a few times, before it has one again.
struct Exhausted {
    listener: TcpListener,
    failures: usize,
    asked: Arc<AtomicUsize>,
}

impl Incoming for Exhausted {
    async fn next(&mut self) -> io::Result<TcpStream> {
        const EMFILE: i32 = 24;
        if self.asked.fetch_add(1, Ordering::SeqCst) < self.failures {
            return Err(io::Error::from_raw_os_error(EMFILE));
        }
        self.listener.next().await
    }
}

#[tokio::test]
async fn too_many_open_files_neither_end_the_loop_nor_make_it_spin() {
    const FAILURES: usize = 4;
    const PAUSE: Duration = Duration::from_millis(50);
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("it listens");
    let address = listener.local_addr().expect("it has an address");
    let asked = Arc::new(AtomicUsize::new(0));
    let mut incoming = Exhausted { listener, failures: FAILURES, asked: asked.clone() };
    let limits = ConnectionLimits { accept_pause: PAUSE, ..Default::default() };
    let (_shutdown, shutting_down) = watch::channel(false);
    let service = Service { app: hello(), tls: None, limits, shutting_down };
    let (seats, metrics) = (Arc::new(Semaphore::new(10)), Metrics::new(Readings::new(Vec::new)));
    let started = Instant::now();
    let loops = tokio::spawn(async move {
        accept(&mut incoming, &service, &seats, &metrics, &mut JoinSet::new()).await;
    });
    let mut socket = TcpStream::connect(address).await.expect("the kernel takes it");
    let request = b"GET /hello HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    socket.write_all(request).await.expect("it is sent");
    assert_eq!(Answer::of(&to_end(&mut socket).await).text(), "hello");
    assert!(started.elapsed() >= PAUSE * FAILURES as u32, "it paused after each");
    // Beside those once for this connection, once for the next, and once more when this one has ended.
    assert!(asked.load(Ordering::SeqCst) <= FAILURES + 3, "it did not spin");
    loops.abort();
}
