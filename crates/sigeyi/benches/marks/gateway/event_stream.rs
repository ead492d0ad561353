//! One who follows `/events` as an event stream.

use std::time::{Duration, Instant};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::mpsc,
};

use super::client::find;

/// Follows until so many events are there; gives position and moment of each. In HTTP/1.0 the body comes without chunks.
pub(crate) async fn follow(
    address: &str,
    ready: mpsc::Sender<()>,
    began: Instant,
    events: usize,
) -> Vec<(u64, Duration)> {
    let mut stream = TcpStream::connect(address).await.expect("the server listens");
    stream.set_nodelay(true).expect("the socket takes options");
    let request = "GET /events HTTP/1.0\r\nhost: localhost\r\naccept: text/event-stream\r\n\r\n";
    stream.write_all(request.as_bytes()).await.expect("it is taken");
    let mut bytes = Vec::with_capacity(64 * 1024);
    let mut received = Vec::with_capacity(events);
    let mut is_followed = false;
    while received.len() < events {
        assert!(stream.read_buf(&mut bytes).await.expect("it goes on") > 0, "closed");
        let now = began.elapsed();
        let mut at = 0;
        while let Some(end) = find(&bytes[at..], b"\n\n") {
            let message = &bytes[at..at + end];
            at += end + 2;
            if find(message, b"event: heartbeat").is_some() {
                if !is_followed {
                    is_followed = true;
                    ready.send(()).await.expect("somebody waits");
                }
            } else if let Some(digits) = message.strip_prefix(b"id: ") {
                let digits = digits.iter().take_while(|byte| byte.is_ascii_digit());
                received.push((digits.fold(0, |number, digit| number * 10 + u64::from(digit - b'0')), now));
            }
        }
        bytes.drain(..at);
    }
    received
}
