//! Thousands of connections that do nothing.

use std::{fs, time::Instant};

use tokio::task::JoinSet;

use super::running::{Running, hello};
use crate::server::limits::{ConnectionLimits, DESCRIPTORS_KEPT};

const WANTED: usize = 10_000;
/// Memory for each, of server and client together, in bytes.
const BYTES_EACH_MAX: u64 = 32 * 1024;

fn resident_bytes() -> u64 {
    let text = fs::read_to_string("/proc/self/statm").expect("the kernel says it");
    let pages: u64 = text.split(' ').nth(1).and_then(|pages| pages.parse().ok()).expect("a number");
    pages * rustix::param::page_size() as u64
}

/// As many as the process may open: each takes two descriptors here, one at each end.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_idle_connections_hold_up_nobody() {
    let open_max = rustix::process::getrlimit(rustix::process::Resource::Nofile).current.unwrap_or(u64::MAX);
    let count = WANTED.min((usize::try_from(open_max).unwrap_or(usize::MAX) - DESCRIPTORS_KEPT) / 2);
    let limits = ConnectionLimits {
        connections_max: WANTED + 10,
        head_time_max: super::running::DEADLINE * 6,
        ..Default::default()
    };
    let running = Running::start(hello(), limits);
    assert_eq!(running.get("/hello", "").await.status, 200);
    running.metric("sigeyi_connections_open 0").await;
    let before = resident_bytes();
    let mut sockets = Vec::with_capacity(count);
    while sockets.len() < count {
        let mut dialled: JoinSet<_> = (0..500.min(count - sockets.len()))
            .map(|_| tokio::net::TcpStream::connect(running.address))
            .collect();
        while let Some(socket) = dialled.join_next().await {
            sockets.push(socket.expect("it runs").expect("it accepts"));
        }
    }
    running.metric(&format!("sigeyi_connections_open {count}")).await;
    let each = resident_bytes().saturating_sub(before) / count as u64;
    let started = Instant::now();
    for _ in 0..200 {
        assert_eq!(running.get("/hello", "").await.text(), "hello");
    }
    let took = started.elapsed() / 200;
    eprintln!("{count} idle connections: {each} bytes each, a request beside them {took:?}");
    assert!(each < BYTES_EACH_MAX, "{each} bytes for each connection");
    assert!(took.as_millis() < 50, "{took:?} for one request");
    drop(sockets);
    running.metric("sigeyi_connections_open 0").await;
}
