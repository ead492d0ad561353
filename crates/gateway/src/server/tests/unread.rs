//! Clients that stop reading: they are cut off, keep nobody waiting, and are told why when they read again.

use std::{sync::Arc, time::Duration};

use axum::Router;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
    time::timeout,
};
use tokio_tungstenite::{
    client_async,
    tungstenite::{Message, client::IntoClientRequest},
};

use super::running::{DEADLINE, Running, to_end};
use crate::{
    costs::{COST_PER_MINUTE_OF_ALL, Costs},
    documents::Documents,
    feed::{self, Feed},
    followers::{Followers, Pace},
    http,
    identities::Identities,
    limits::Limits,
    metrics::Metrics,
    mutations::Mutations,
    server::limits::ConnectionLimits,
    tests::{streams::deliver, world::World},
    websocket::{self, Sockets},
};

/// Several times what buffers hold.
const PEOPLE: u32 = 400;
const TAKEN_WITHIN: Duration = Duration::from_millis(300);
/// Bytes that the kernel holds on either side, about: what is more waits for the client in the server.
const KERNEL_BUFFER_BYTES: u32 = 4 * 1024;
/// A connection of which nobody says why it ends is given up at once.
const LIMITS: ConnectionLimits = ConnectionLimits {
    connections_max: 10,
    handshake_time_max: DEADLINE,
    head_time_max: DEADLINE,
    write_time_max: Duration::from_millis(1),
    linger_time_max: Duration::from_secs(600),
    finish_time_max: DEADLINE,
    send_buffer_bytes: Some(KERNEL_BUFFER_BYTES),
    accept_pause: Duration::from_millis(1),
};

/// All streams of a world.
fn routes(
    world: &World,
    metrics: &Arc<Metrics>,
    shutting_down: tokio::sync::watch::Receiver<bool>,
) -> Router {
    let limits = Limits { silence_max: TAKEN_WITHIN, ..Limits::default() };
    let pace = Pace { taken_within: TAKEN_WITHIN, ..Pace::default() };
    let followers = Followers::new(shutting_down.clone(), limits.verify_every)
        .at_pace(pace)
        .counted_by(metrics.streams.clone());
    let documents = Arc::new(Documents::new(world.gateway.clone(), limits));
    let (identities, costs) =
        (Arc::new(Identities::Everybody), Arc::new(Costs::per_minute(COST_PER_MINUTE_OF_ALL)));
    let sockets = Sockets::new(10, shutting_down, Arc::new(|_| {}));
    let of_sockets = websocket::routes(
        documents.clone(),
        sockets,
        identities.clone(),
        costs.clone(),
        followers.clone(),
        Arc::default(),
    );
    http::routes(documents, Mutations::new(), identities.clone(), costs.clone(), followers.clone())
        .merge(of_sockets)
        .merge(feed::routes(Feed::new(world.gateway.followed(), identities, costs, followers)))
}

fn serve(world: &World, limits: ConnectionLimits) -> Running {
    let make = |metrics: Arc<Metrics>, shutting_down| routes(world, &metrics, shutting_down);
    Running::start_with(make, limits, None)
}

/// A connection whose client has little room.
async fn connect(running: &Running) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(KERNEL_BUFFER_BYTES).unwrap();
    socket.connect(running.address).await.unwrap()
}

/// Writes to the log until the figures have a line: no writer waits for who does not read.
async fn write_until(world: &World, running: &Running, line: &str) {
    let writing = async {
        let mut number = 0;
        while !running.metrics.text().lines().any(|it| it == line) {
            deliver(world, number).await;
            number += 1;
        }
    };
    timeout(DEADLINE, writing).await.unwrap_or_else(|_| panic!("{line}: {}", running.metrics.text()));
}

/// The body of an answer in chunks, to its end; the connection stays open.
async fn whole_body(socket: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let reading = async {
        while !bytes.ends_with(b"\r\n0\r\n\r\n") {
            assert!(socket.read_buf(&mut bytes).await.unwrap() > 0, "it is cut: {}", bytes.len());
        }
    };
    timeout(DEADLINE, reading).await.expect("in time");
    let text = String::from_utf8(bytes).unwrap();
    let (head, mut chunks) = text.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    let mut body = String::new();
    while let Some((length, rest)) = chunks.split_once("\r\n") {
        let length = usize::from_str_radix(length, 16).unwrap();
        body.push_str(&rest[..length]);
        chunks = &rest[length + 2..];
    }
    body
}

async fn send(socket: &mut TcpStream, request: &str) {
    socket.write_all(request.as_bytes()).await.unwrap();
}

fn events_after(position: u64) -> String {
    format!(
        "GET /events HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\nLast-Event-ID: {position}\r\n\r\n"
    )
}

/// Ids of the events of a stream, which follow each other, and the data of its last message.
fn read_messages(body: &str, after: u64) -> (u64, Value) {
    let (messages, last) = body.trim_end().rsplit_once("\n\n").unwrap();
    let mut position = after;
    for message in messages.split("\n\n").filter(|it| !it.contains("event: heartbeat")) {
        let id =
            message.lines().find_map(|line| line.strip_prefix("id: ")).unwrap_or_else(|| panic!("{message}"));
        position += 1;
        assert_eq!(id, position.to_string());
    }
    assert!(last.starts_with("event: ended\n"), "{last}");
    (position, serde_json::from_str(last.lines().last().unwrap().strip_prefix("data: ").unwrap()).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_stops_reading_is_cut_off_reads_why_later_and_misses_nothing() {
    let world = World::of(PEOPLE);
    let running = serve(&world, LIMITS);
    let mut socket = connect(&running).await;
    send(&mut socket, &events_after(0)).await;
    running.metric("sigeyi_streams_open{kind=\"sse\"} 1").await;
    write_until(&world, &running, "sigeyi_streams_ended_total{kind=\"sse\",code=\"TOO_SLOW\"} 1").await;
    // What it had is given back; the connection alone is left.
    for line in
        ["sigeyi_streams_open{kind=\"sse\"} 0", "sigeyi_streams_lingering 1", "sigeyi_connections_open 1"]
    {
        running.metric(line).await;
    }
    let (_, streams) = world.gateway.followed();
    super::running::until("nobody follows any more", || streams.followed() == 0).await;
    deliver(&world, 1).await;

    let (position, ended) = read_messages(&whole_body(&mut socket).await, 0);
    assert_eq!((&ended["code"], &ended["position"]), (&json!("TOO_SLOW"), &json!(position.to_string())));
    assert!(position > 0 && position < world.engine.head().0, "{position}");
    running.metric("sigeyi_streams_lingering 0").await;

    // The connection is as good as before, and the rest comes over it.
    send(&mut socket, &events_after(position)).await;
    let (mut text, head) = (String::new(), world.engine.head().0);
    let reading = async {
        let mut bytes = [0; 4_096];
        while !text.contains(&format!("id: {head}\n")) {
            let length = socket.read(&mut bytes).await.unwrap();
            assert!(length > 0);
            text.push_str(std::str::from_utf8(&bytes[..length]).unwrap());
        }
    };
    timeout(DEADLINE, reading).await.expect("in time");
    for missed in position + 1..=head {
        assert!(text.contains(&format!("id: {missed}\nevent: sigeyi.")), "{missed} of {position}..={head}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_lingers_is_closed_after_its_time() {
    let world = World::of(PEOPLE);
    let running = serve(&world, ConnectionLimits { linger_time_max: 3 * TAKEN_WITHIN, ..LIMITS });
    let mut socket = connect(&running).await;
    send(&mut socket, &events_after(0)).await;
    write_until(&world, &running, "sigeyi_streams_ended_total{kind=\"sse\",code=\"TOO_SLOW\"} 1").await;
    running.metric("sigeyi_connections_open 0").await;
    running.metric("sigeyi_streams_lingering 0").await;
    let left = to_end(&mut socket).await;
    assert!(!left.ends_with(b"0\r\n\r\n"), "it has no end");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_lingers_does_not_keep_the_server_from_ending() {
    let world = World::of(PEOPLE);
    let running = serve(&world, LIMITS);
    let mut socket = connect(&running).await;
    send(&mut socket, &events_after(0)).await;
    write_until(&world, &running, "sigeyi_streams_lingering 1").await;
    let ended = timeout(LIMITS.finish_time_max / 2, running.stop()).await;
    ended.expect("before it would be cut").unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscription_over_sse_that_is_cut_off_says_so_in_its_last_result() {
    let world = World::of(PEOPLE);
    let running = serve(&world, LIMITS);
    let mut socket = connect(&running).await;
    let query = "subscription { events(after: \"0\") { position withheld type personId actor data } }";
    let body = json!({ "query": query }).to_string();
    let request = format!(
        "POST /graphql HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    send(&mut socket, &request).await;
    running.metric("sigeyi_streams_open{kind=\"graphql-sse\"} 1").await;
    write_until(&world, &running, "sigeyi_streams_ended_total{kind=\"graphql-sse\",code=\"TOO_SLOW\"} 1")
        .await;
    let body = whole_body(&mut socket).await;
    let last = body.trim_end().rsplit_once("\n\n").unwrap().1;
    let result: Value = serde_json::from_str(last.strip_prefix("event: next\ndata: ").unwrap()).unwrap();
    assert_eq!(result["errors"][0]["extensions"]["code"], "TOO_SLOW", "{result}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_nobody_reads_is_cut_off_with_its_last_line() {
    let world = World::of(PEOPLE);
    let running = serve(&world, LIMITS);
    let mut socket = connect(&running).await;
    send(&mut socket, "GET /events.ndjson HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
    running.metric("sigeyi_streams_ended_total{kind=\"ndjson\",code=\"TOO_SLOW\"} 1").await;
    let body = whole_body(&mut socket).await;
    let lines: Vec<&str> = body.lines().collect();
    let last: Value = serde_json::from_str(lines[lines.len() - 1]).unwrap();
    let position = json!((lines.len() - 1).to_string());
    assert_eq!((&last["error"]["code"], &last["error"]["position"]), (&json!("TOO_SLOW"), &position));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_websocket_that_nobody_reads_is_closed_with_its_code_once_somebody_does() {
    let world = World::of(PEOPLE);
    let running = serve(&world, LIMITS);
    let mut request = format!("ws://{}/graphql/ws", running.address).into_client_request().unwrap();
    request.headers_mut().insert("sec-websocket-protocol", "graphql-transport-ws".parse().unwrap());
    let (mut client, _) = client_async(request, connect(&running).await).await.unwrap();
    let query = "subscription { events(after: \"0\") { position withheld type personId actor data } }";
    for message in [
        json!({ "type": "connection_init" }),
        json!({ "id": "1", "type": "subscribe", "payload": { "query": query } }),
    ] {
        client.send(Message::text(message.to_string())).await.unwrap();
    }
    running.metric("sigeyi_streams_open{kind=\"websocket\"} 1").await;
    write_until(&world, &running, "sigeyi_streams_ended_total{kind=\"websocket\",code=\"TOO_SLOW\"} 1").await;
    for line in ["sigeyi_streams_open{kind=\"websocket\"} 0", "sigeyi_streams_lingering 1"] {
        running.metric(line).await;
    }
    let mut position = 0_u64;
    let reading = async {
        loop {
            match client.next().await.unwrap().unwrap() {
                Message::Text(text) if text.contains("\"next\"") => position += 1,
                Message::Close(frame) => return frame.unwrap(),
                _ => {}
            }
        }
    };
    let frame = timeout(DEADLINE, reading).await.expect("in time");
    assert_eq!(u16::from(frame.code), 1013);
    assert!(frame.reason.starts_with("TOO_SLOW") && position > 0, "{}, {position}", frame.reason);
    running.metric("sigeyi_streams_lingering 0").await;
}
