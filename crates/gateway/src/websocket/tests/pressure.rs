//! Clients that do not read, do not answer, or talk without listening.

use std::{
    sync::atomic::Ordering,
    time::{Duration, Instant},
};

use futures_util::SinkExt;
use serde_json::json;
use tokio::time::{sleep, timeout};
use tokio_tungstenite::tungstenite::Message;

use super::{
    client::Client,
    sample::{Server, until},
};
use crate::{followers::STREAMS_PER_USER_MAX, limits::Limits, metrics::StreamKind};

const ITEM_BYTES: u64 = 1_000;

/// More than the buffers of the kernel on both sides and those of the server.
const HELD_BYTES_MAX: u64 = 32 * 1024 * 1024;

/// Waits until the flood has not moved for half a second; gives how far it is.
async fn standstill(server: &Server) -> u64 {
    let deadline = Instant::now() + Duration::from_secs(20);
    let (mut produced, mut since) = (server.world.produced.load(Ordering::SeqCst), Instant::now());
    while produced == 0 || since.elapsed() < Duration::from_millis(500) {
        assert!(Instant::now() < deadline, "the flood goes on after {produced} items");
        sleep(Duration::from_millis(10)).await;
        let now = server.world.produced.load(Ordering::SeqCst);
        if now != produced {
            (produced, since) = (now, Instant::now());
        }
    }
    produced
}

#[tokio::test]
async fn a_client_that_reads_nothing_costs_no_more_with_time() {
    let server = Server::start().await;
    let mut client = Client::ready(&server).await;
    client.subscribe("1", &format!("subscription {{ flood(bytes: {ITEM_BYTES}) }}")).await;
    let produced = standstill(&server).await;
    assert!(produced * ITEM_BYTES < HELD_BYTES_MAX, "{produced} items are held");
    sleep(Duration::from_secs(1)).await;
    assert_eq!(server.world.produced.load(Ordering::SeqCst), produced, "nothing moves");
    // The socket lives: when the client reads, everything is there, and it goes on.
    for number in 0..produced + 100 {
        let message = client.hear().await;
        let item = message["payload"]["data"]["flood"].as_str().expect("it is a result");
        assert_eq!(item.parse::<u64>().expect("it is a number"), number);
    }
    assert!(server.world.produced.load(Ordering::SeqCst) > produced);
}

#[tokio::test]
async fn a_client_that_reads_nothing_can_still_complete() {
    let server = Server::start().await;
    let mut client = Client::ready(&server).await;
    client.subscribe("1", "subscription { flood(bytes: 1000) }").await;
    standstill(&server).await;
    client.complete("1").await;
    until("the flood is dropped", || server.world.streams.load(Ordering::SeqCst) == 0).await;
}

#[tokio::test]
async fn a_client_that_reads_nothing_is_cut_off_and_closed_after_a_while() {
    let limits = Limits { silence_max: Duration::from_millis(700), ..Limits::default() };
    let server = Server::lingering(limits, Duration::from_millis(300)).await;
    let mut client = Client::ready(&server).await;
    let begin = Instant::now();
    client.subscribe("1", "subscription { flood(bytes: 1000) }").await;
    until("it is dropped", || {
        server.world.produced.load(Ordering::SeqCst) > 0 && server.world.streams.load(Ordering::SeqCst) == 0
    })
    .await;
    assert!(begin.elapsed() >= limits.silence_max);
    until("the socket is gone", || server.sockets.open() == 0).await;
}

/// A client that has read nothing for so long that its subscription is dropped.
async fn cut_off() -> (Server, Client) {
    let limits = Limits { silence_max: Duration::from_millis(300), ..Limits::default() };
    let server = Server::with(limits, 10).await;
    let mut client = Client::ready(&server).await;
    client.subscribe("1", "subscription { flood(bytes: 1000) }").await;
    until("it is dropped", || {
        server.world.produced.load(Ordering::SeqCst) > 0 && server.world.streams.load(Ordering::SeqCst) == 0
    })
    .await;
    (server, client)
}

#[tokio::test]
async fn a_client_that_reads_again_is_told_why_it_was_cut_off() {
    let (_server, mut client) = cut_off().await;
    let (code, reason) = client.closed().await;
    assert_eq!(code, 1013);
    assert!(reason.starts_with("TOO_SLOW: "), "{reason}");
}

#[tokio::test]
async fn whoever_was_cut_off_does_not_keep_the_server_from_ending() {
    let (server, _client) = cut_off().await;
    assert_eq!(server.sockets.open(), 1);
    server.shutdown.send_replace(true);
    until("the socket is gone", || server.sockets.open() == 0).await;
}

#[tokio::test]
async fn a_subscription_too_many_of_one_user_is_refused() {
    let server = Server::start().await;
    let everybody = crate::tests::world::everybody();
    let of_others: Vec<_> = (1..STREAMS_PER_USER_MAX)
        .map(|_| server.followers.admit(StreamKind::Websocket, &everybody).expect("there is room"))
        .collect();
    let mut client = Client::ready(&server).await;
    client.subscribe("1", "subscription { silent }").await;
    client.subscribe("2", "subscription { silent }").await;
    let refused = client.hear().await;
    assert_eq!((&refused["type"], &refused["id"]), (&json!("error"), &json!("2")));
    assert_eq!(refused["payload"][0]["extensions"]["code"], "TOO_MANY_STREAMS", "{refused}");
    client.subscribe("3", "{ hello(name: \"x\") }").await;
    assert_eq!(client.hear_of("3").await["type"], "next", "a query is no stream");
    drop(of_others);
    client.subscribe("4", "subscription { count(to: 1) }").await;
    assert_eq!(client.hear_of("4").await["type"], "next");
}

#[tokio::test]
async fn a_client_that_does_not_answer_pings_is_closed() {
    let limits = Limits {
        ping_every: Duration::from_millis(100),
        silence_max: Duration::from_millis(500),
        ..Limits::default()
    };
    let server = Server::with(limits, 10).await;
    let (mut deaf, mut awake) = (Client::ready(&server).await, Client::ready(&server).await);
    let begin = Instant::now();
    deaf.subscribe("1", "subscription { silent }").await;
    // The library answers pings while it is asked for messages, and only then.
    let mut pings = 0;
    until_dropped(&server, &mut awake, &mut pings).await;
    assert!(begin.elapsed() >= limits.silence_max);
    assert!(pings >= 3, "{pings} pings");
    assert_eq!(deaf.closed().await.0, 1013);
    awake.is_quiet().await;
}

/// Reads until the other client's stream is dropped, and counts pings.
async fn until_dropped(server: &Server, awake: &mut Client, pings: &mut u32) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while *pings == 0 || server.world.streams.load(Ordering::SeqCst) > 0 {
        assert!(Instant::now() < deadline, "it still runs");
        if let Ok(frame) = timeout(Duration::from_millis(50), awake.frame()).await {
            assert!(matches!(frame, Message::Ping(_)), "{frame:?}");
            *pings += 1;
        }
    }
}

#[tokio::test]
async fn talking_without_listening_is_not_heard_for_ever() {
    let server = Server::start().await;
    for ping in [Message::text(json!({ "type": "ping" }).to_string()), Message::Ping("x".repeat(100).into())]
    {
        let mut client = Client::ready(&server).await;
        let mut taken = 0_u64;
        // Each wants an answer, and the client takes none: at some time the server must stop reading.
        while timeout(Duration::from_secs(1), client.socket.send(ping.clone())).await.is_ok() {
            taken += ping.len() as u64;
            assert!(taken < HELD_BYTES_MAX, "{taken} bytes are taken, and more");
        }
        assert!(taken > 0);
        // The socket lives: answers come when the client reads.
        for _ in 0..1_000 {
            let answer = client.frame().await;
            assert!(matches!(answer, Message::Text(_) | Message::Pong(_)), "{answer:?}");
        }
    }
}
