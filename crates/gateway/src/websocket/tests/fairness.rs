//! No stream keeps another waiting, nor the client from being heard.

use std::{cell::Cell, sync::atomic::Ordering, time::Duration};

use serde_json::json;

use super::{
    client::Client,
    sample::{Server, until},
};

#[tokio::test]
async fn a_slow_stream_keeps_its_pace_beside_floods() {
    let server = Server::start().await;
    let mut client = Client::ready(&server).await;
    for id in ["a", "b", "c"] {
        client.subscribe(id, "subscription { flood(bytes: 20) }").await;
    }
    client.subscribe("ticks", "subscription { ticks(milliseconds: 10) }").await;
    let floods = Cell::new(0);
    let begin = tokio::time::Instant::now();
    for number in 0..50 {
        let tick = client
            .hear_until(|message| {
                floods.set(floods.get() + u64::from(message["id"] != "ticks"));
                message["id"] == "ticks"
            })
            .await;
        assert_eq!(tick["payload"]["data"]["ticks"], number);
    }
    let time = begin.elapsed();
    assert!(floods.get() > 1_000, "the floods run: {floods:?}");
    // Fifty ticks take half a second alone. A starved one would take until the floods end, which is never.
    assert!(time < Duration::from_secs(10), "{time:?}");
}

#[tokio::test]
async fn floods_take_turns() {
    let server = Server::start().await;
    let mut client = Client::ready(&server).await;
    let ids = ["a", "b", "c", "d"];
    for id in ids {
        client.subscribe(id, "subscription { flood(bytes: 20) }").await;
    }
    client.hear_of("d").await;
    let mut counts = [0_u32; 4];
    for _ in 0..4_000 {
        let message = client.hear().await;
        let position = ids.iter().position(|id| message["id"] == *id).expect("it is one of them");
        counts[position] += 1;
    }
    assert!(counts.iter().all(|count| (999..=1_001).contains(count)), "{counts:?}");
}

#[tokio::test]
async fn a_client_is_heard_while_floods_run() {
    let server = Server::start().await;
    let mut client = Client::ready(&server).await;
    client.subscribe("flood", "subscription { flood(bytes: 20) }").await;
    client.hear_of("flood").await;
    client.subscribe("q", "{ hello(name: \"a\") }").await;
    assert_eq!(client.hear_of("q").await["type"], "next");
    client.say(json!({ "type": "ping" })).await;
    client.hear_until(|message| message["type"] == "pong").await;
    client.complete("flood").await;
    until("the flood is over", || server.world.streams.load(Ordering::SeqCst) == 0).await;
    client.say(json!({ "type": "ping" })).await;
    client.hear_until(|message| message["type"] == "pong").await;
    client.is_quiet().await;
}

#[tokio::test]
async fn a_flood_on_one_socket_does_not_keep_another_waiting() {
    let server = Server::start().await;
    let mut floods = Vec::new();
    for _ in 0..4 {
        let mut client = Client::ready(&server).await;
        client.subscribe("flood", "subscription { flood(bytes: 20) }").await;
        // Read all the time, so that they never have to wait for their client.
        floods.push(tokio::spawn(async move {
            loop {
                client.frame().await;
            }
        }));
    }
    // One thread runs all of these sockets, so each must let go of it.
    let mut client = Client::ready(&server).await;
    for _ in 0..20 {
        client.is_quiet().await;
    }
    assert!(floods.iter().all(|flood| !flood.is_finished()));
    for flood in floods {
        flood.abort();
    }
}
