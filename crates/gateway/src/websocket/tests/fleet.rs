//! How many messages of one cheap stream the sockets take a second. For release mode, with its output shown.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use async_graphql::{
    EmptyMutation, Object, Request, Response, Schema, ServerError, Subscription,
    parser::types::ExecutableDocument,
};
use bytes::Bytes;
use futures_util::{
    Stream, StreamExt,
    future::join_all,
    stream::{self, BoxStream},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::broadcast::{self, error::RecvError},
    time::interval,
};

use super::{super::SOCKETS_MAX, sample::listen};
use crate::{
    executor::{Executor, Graph},
    limits::Limits,
};

const PAYLOAD: &[u8] = br#"{"data":{"progress":{"position":123456,"served":1234,"planned":2000}}}"#;

struct Query;

#[Object]
impl Query {
    async fn nothing(&self) -> bool {
        true
    }
}

struct Subscription;

#[Subscription]
impl Subscription {
    async fn progress(&self) -> impl Stream<Item = bool> {
        stream::empty()
    }
}

/// Gives everybody the same results, without limit or as they are broadcast.
#[derive(Clone)]
struct Shared {
    graph: Graph<Query, EmptyMutation, Subscription>,
    results: Option<broadcast::Sender<Bytes>>,
}

impl Shared {
    fn new(results: Option<broadcast::Sender<Bytes>>) -> Shared {
        Shared { graph: Graph::new(|| Schema::build(Query, EmptyMutation, Subscription)), results }
    }
}

impl Executor for Shared {
    fn sdl(&self) -> &str {
        self.graph.sdl()
    }

    fn validate(&self, document: &ExecutableDocument) -> Result<(), Vec<ServerError>> {
        self.graph.validate(document)
    }

    async fn execute(&self, request: Request) -> Response {
        self.graph.execute(request).await
    }

    fn subscribe(&self, _request: Request) -> BoxStream<'static, Bytes> {
        let Some(results) = &self.results else {
            return stream::repeat(Bytes::from_static(PAYLOAD)).boxed();
        };
        let results = stream::unfold(results.subscribe(), |mut results| async move {
            loop {
                match results.recv().await {
                    Ok(result) => return Some((result, results)),
                    Err(RecvError::Lagged(_)) => {}
                    Err(RecvError::Closed) => return None,
                }
            }
        });
        results.boxed()
    }
}

/// The least that a client can be, since it shares the machine: it counts bytes.
async fn read_for(address: SocketAddr, time: Duration) -> u64 {
    let mut stream = TcpStream::connect(address).await.expect("it listens");
    let upgrade = "GET /graphql/ws HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
        sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
        sec-websocket-protocol: graphql-transport-ws\r\n\r\n";
    stream.write_all(upgrade.as_bytes()).await.expect("it is sent");
    for text in [
        r#"{"type":"connection_init"}"#,
        r#"{"id":"1","type":"subscribe","payload":{"query":"subscription { progress }"}}"#,
    ] {
        // Masked with zeros, which changes nothing.
        let mut frame = vec![0x81, 0x80 | u8::try_from(text.len()).expect("it is short"), 0, 0, 0, 0];
        frame.extend_from_slice(text.as_bytes());
        stream.write_all(&frame).await.expect("it is sent");
    }
    let mut buffer = vec![0; 64 * 1024];
    stream.read_exact(&mut buffer[..100]).await.expect("it answers");
    let message_length = 2 + r#"{"id":"1","type":"next","payload":}"#.len() + PAYLOAD.len();
    let (begin, mut bytes) = (Instant::now(), 0);
    while begin.elapsed() < time {
        bytes += stream.read(&mut buffer).await.expect("it is open");
    }
    assert!(message_length < 126 + 2, "the header has two bytes");
    (bytes / message_length) as u64
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement: cargo test --release -p sigeyi-gateway fleet -- --ignored --nocapture"]
async fn messages_a_second_without_a_limit() {
    let (address, _sockets, _shutdown) = listen(Shared::new(None), Limits::default(), SOCKETS_MAX).await;
    for sockets in [1, 200] {
        let time = Duration::from_secs(3);
        let counts = join_all((0..sockets).map(|_| tokio::spawn(read_for(address, time)))).await;
        let counts: Vec<u64> = counts.into_iter().map(|count| count.expect("it reads")).collect();
        let rate = counts.iter().sum::<u64>() / time.as_secs();
        let (least, most) = (counts.iter().min(), counts.iter().max());
        println!("{sockets} sockets: {rate} messages a second; of one socket in all {least:?} to {most:?}");
        assert!(counts.iter().all(|count| *count > 0));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement: cargo test --release -p sigeyi-gateway fleet -- --ignored --nocapture"]
async fn messages_a_second_of_a_broadcast() {
    for (sockets, a_second) in [(200, 1_000), (1_000, 1_000)] {
        let (sender, _) = broadcast::channel(1_024);
        let shared = Shared::new(Some(sender.clone()));
        let (address, _sockets, _shutdown) = listen(shared, Limits::default(), SOCKETS_MAX).await;
        let source = tokio::spawn(async move {
            let mut ticks = interval(Duration::from_secs(1) / a_second);
            loop {
                ticks.tick().await;
                let _ = sender.send(Bytes::from_static(PAYLOAD));
            }
        });
        let time = Duration::from_secs(5);
        let counts = join_all((0..sockets).map(|_| tokio::spawn(read_for(address, time)))).await;
        source.abort();
        let sum: u64 = counts.into_iter().map(|count| count.expect("it reads")).sum();
        let (rate, wanted) = (sum / time.as_secs(), u64::from(a_second) * sockets);
        println!("{sockets} sockets, {a_second} a second each: {rate} messages a second of {wanted}");
        assert!(rate > 0);
    }
}
