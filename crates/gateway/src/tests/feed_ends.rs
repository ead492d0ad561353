//! How streams and files end before their end: each says why, and a file then lacks its last line.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use serde_json::json;
use sigeyi_domain::access::Role;
use sigeyi_engine::{Engine, Options};
use sigeyi_identity::{LOAD_AGAIN_AFTER, Now};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::{
    asking::Asking,
    following::{Following, Message},
    issuing::{HOUR, Issuing},
    registering::{bootstrap, grant, withdraw},
    streams::deliver,
    world::World,
};
use crate::{
    RightsFrom,
    followers::Pace,
    identities::{Identities, Visitors},
    tenure::{TenureOver, over},
    tokens::Tokens,
};

const WITHIN: Duration = Duration::from_secs(20);

fn code(message: &Message) -> (String, String) {
    (message.event.clone(), message.json()["code"].as_str().unwrap_or_default().to_owned())
}

fn ended(code: &str) -> (String, String) {
    ("ended".to_owned(), code.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_ends_with_the_server() {
    let world = World::of(10);
    let following = Following::of(&world);
    let mut stream = following.stream("/events", &[]).await;
    stream.next().await.unwrap();
    following.shutdown.send_replace(true);
    assert_eq!(code(&stream.event().await), ended("SHUTTING_DOWN"));
    assert_eq!(stream.next().await, None);
    let refused = following.get("/events", &[("accept", "text/event-stream")]).await;
    assert_eq!(refused.status(), 503);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_does_not_read_is_told_so_and_goes_on_where_it_was() {
    let world = World::of(10);
    let pace = Pace { taken_within: Duration::from_millis(1), ..Pace::default() };
    let following = Following::with(&world, Identities::Everybody, pace);
    let mut stream = following.stream("/events?after=0", &[]).await;
    assert_eq!(stream.next().await.unwrap().id, Some(0));
    following.is_told("sigeyi_streams_ended_total{kind=\"sse\",code=\"TOO_SLOW\"} 1").await;
    let told = stream.next().await.unwrap();
    assert_eq!((code(&told), told.id, &told.json()["position"]), (ended("TOO_SLOW"), Some(0), &json!("0")));
    assert_eq!(stream.next().await, None);
    let patient = Following::of(&world);
    let mut again = patient.stream("/events", &[("last-event-id", "0")]).await;
    assert_eq!(again.event().await.id, Some(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_holds_until_it_expires_or_its_key_is_withdrawn() {
    let issuing = Issuing::new();
    let headers = |token: &str| {
        let mut headers = axum::http::HeaderMap::new();
        headers.insert("authorization", format!("Bearer {token}").parse().unwrap());
        headers
    };
    // By this clock the hour and the leeway are over in a moment.
    let ahead = HOUR + sigeyi_identity::LEEWAY - Duration::from_millis(1_500);
    let clock = Arc::new(move || {
        let now = Now::read();
        Now { since_epoch: now.since_epoch + ahead, ..now }
    });
    let identities = Identities::Tokens(Tokens::with_clock(issuing.verifier(), clock));
    let token = issuing.token_from(Now::read().since_epoch, HOUR);
    let visitor = identities.visitor(&headers(&token)).await.unwrap();
    let ends = tokio::time::timeout(WITHIN, over(visitor.token, HOUR)).await.expect("in time");
    assert_eq!(ends, TenureOver::TokenExpired);

    let verifier = issuing.verifier();
    let identities = Identities::of(&Visitors::WithToken(verifier.clone()));
    let visitor = identities.visitor(&headers(&issuing.token(Role::Manager, "150000"))).await.unwrap();
    issuing.withdraw_key();
    let now = Now::read();
    verifier.refresh(Now { instant: now.instant + LOAD_AGAIN_AFTER, ..now }).unwrap();
    let ends = tokio::time::timeout(WITHIN, over(visitor.token, Duration::from_millis(1))).await;
    assert_eq!(ends.expect("in time"), TenureOver::Unauthenticated);
}

/// What comes over a connection until a text is in it.
async fn read_until(socket: &mut TcpStream, wanted: &str) -> String {
    let mut bytes = Vec::new();
    let found = async {
        while !String::from_utf8_lossy(&bytes).contains(wanted) {
            let read = socket.read_buf(&mut bytes).await.unwrap();
            assert!(read > 0, "{}", String::from_utf8_lossy(&bytes));
        }
    };
    tokio::time::timeout(WITHIN, found).await.expect("in time");
    String::from_utf8(bytes).unwrap()
}

async fn follow(address: SocketAddr, token: &str) -> TcpStream {
    let mut socket = TcpStream::connect(address).await.unwrap();
    let request = format!(
        "GET /events?after=0 HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\nAccept-Encoding: gzip\r\nAuthorization: Bearer {token}\r\n\r\n"
    );
    socket.write_all(request.as_bytes()).await.unwrap();
    socket
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_of_the_whole_server_ends_at_once_when_its_role_is_withdrawn() {
    let dir = tempfile::tempdir().unwrap();
    let engine = Arc::new(Engine::open(dir.path(), Options { create: true, ..Options::default() }).unwrap());
    bootstrap(&engine).await;
    let granted = grant(&engine, "worker-7", Role::FieldWorker, "150402", None).await;
    let asking = Asking::with(engine.clone(), |options| options.rights = RightsFrom::TokenAndRegister).await;
    let token = asking.issuing.token(Role::FieldWorker, "150402");
    let mut socket = follow(asking.address, &token).await;
    let head = read_until(&mut socket, "event: heartbeat").await;
    for header in [
        "content-type: text/event-stream",
        "cache-control: no-store",
        "x-content-type-options: nosniff",
        "x-accel-buffering: no",
    ] {
        assert!(head.contains(header), "{header} is not in {head}");
    }
    assert!(!head.contains("content-encoding"), "an event is not kept back by a compressor: {head}");
    withdraw(&engine, granted).await;
    let said = read_until(&mut socket, "0\r\n\r\n").await;
    assert!(
        said.contains("event: ended\nid: ") && said.contains("\ndata: {\"code\":\"RIGHTS_CHANGED\""),
        "{said}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_gone_leaves_the_place_to_others() {
    let world = World::of(10);
    let following = Following::of(&world);
    for _ in 0..2 {
        let mut files = Vec::new();
        for _ in 0..8 {
            files.push(following.get("/events.ndjson", &[]).await);
        }
        assert!(files.iter().all(|file| file.status() == 200));
        let refused = following.get("/events.ndjson", &[]).await;
        assert_eq!(
            (refused.status().as_u16(), refused.headers()["retry-after"].to_str().unwrap()),
            (503, "10")
        );
        assert_eq!(super::following::code(refused).await, "TOO_MANY_STREAMS");
    }
    deliver(&world, 1).await;
}
