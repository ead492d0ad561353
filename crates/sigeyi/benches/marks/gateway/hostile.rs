//! What others notice while somebody is hostile.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::{measure, query};

/// Connections that do nothing.
const IDLE: usize = 4_000;
/// Hostile requests of each kind a second.
const EACH_A_SECOND: u32 = 50;
const OTHERS: usize = 4;

pub(crate) async fn run(address: &str, progress: &str) {
    let asked = query(progress, "{}");
    let request: Arc<dyn Fn(usize) -> Vec<u8> + Send + Sync> = Arc::new(move |_| asked.clone());
    let (_, quiet) = measure(address, OTHERS, &request).await;
    let mut idle = Vec::new();
    for _ in 0..IDLE {
        match TcpStream::connect(address).await {
            Ok(socket) => idle.push(socket),
            // The limit of open files of this process is reached.
            Err(_) => break,
        }
    }
    let is_over = Arc::new(AtomicBool::new(false));
    let slowest = Arc::new(AtomicU64::new(0));
    let attackers: Vec<_> = documents()
        .into_iter()
        .map(|body| {
            let (address, is_over, slowest) = (address.to_owned(), is_over.clone(), slowest.clone());
            tokio::spawn(async move {
                let mut turn = tokio::time::interval(Duration::from_secs(1) / EACH_A_SECOND);
                while !is_over.load(Ordering::Relaxed) {
                    turn.tick().await;
                    let started = Instant::now();
                    let Ok(mut socket) = TcpStream::connect(&address).await else { continue };
                    // It may be refused before all of it was sent.
                    let _ = socket.write_all(&body).await;
                    let _ = socket.shutdown().await;
                    let _ = socket.read(&mut [0; 64]).await;
                    slowest.fetch_max(started.elapsed().as_micros() as u64, Ordering::Relaxed);
                }
            })
        })
        .collect();
    let (_, noisy) = measure(address, OTHERS, &request).await;
    is_over.store(true, Ordering::Relaxed);
    let kinds = attackers.len();
    for attacker in attackers {
        attacker.await.expect("it ends");
    }
    let p99 = |times: &[f64]| times[times.len() * 99 / 100] * 1_000.0;
    println!(
        "{kinds} kinds of hostile requests, {EACH_A_SECOND} a second of each, and {} idle connections: p99 of {OTHERS} others {:.2} ms instead of {:.2} ms ({:.2} ×); slowest refusal {:.1} ms",
        idle.len(),
        p99(&noisy),
        p99(&quiet),
        p99(&noisy) / p99(&quiet),
        slowest.load(Ordering::Relaxed) as f64 / 1_000.0
    );
    println!();
}

fn documents() -> Vec<Vec<u8>> {
    let braces = format!("{}a{}", "{ a ".repeat(10_000), " }".repeat(10_000));
    let aliases: String = (0..50_000).map(|number| format!("a{number}:__typename ")).collect();
    let doubling: String = (0..60)
        .map(|number| format!("fragment F{number} on Query {{ ...F{0} ...F{0} }} ", number + 1))
        .collect();
    let not_text = b"POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 3\r\n\r\n\"\xff\"";
    vec![
        query(&braces, "{}"),
        query(&format!("{{ {aliases} }}"), "{}"),
        query(&format!("{{ ...F0 }} {doubling} fragment F60 on Query {{ __typename }}"), "{}"),
        query("{ ...A } fragment A on Query { ...A }", "{}"),
        not_text.to_vec(),
    ]
}
