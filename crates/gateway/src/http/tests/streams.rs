//! Operations over an event stream.

use serde_json::json;

use super::*;
use crate::{followers::STREAMS_PER_USER_MAX, metrics::StreamKind};

const STREAM: &str = "accept: text/event-stream\r\ncontent-type: application/json\r\n";

/// What a request is answered with, as it came, its chunks put together.
async fn streamed(server: &Server, headers: &str, query: &str) -> (String, String) {
    let body = body_of(query);
    let request = format!(
        "POST /graphql HTTP/1.1\r\nhost: test\r\nconnection: close\r\ncontent-length: {}\r\n{headers}\r\n{body}",
        body.len()
    );
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut bytes = Vec::new();
    tokio::time::timeout(PATIENCE, stream.read_to_end(&mut bytes)).await.expect("in time").unwrap();
    let text = String::from_utf8(bytes).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    (head.to_owned(), unchunked(body))
}

fn unchunked(mut body: &str) -> String {
    let mut text = String::new();
    while let Some((length, rest)) = body.split_once("\r\n") {
        let Ok(length @ 1..) = usize::from_str_radix(length, 16) else { break };
        text.push_str(&rest[..length]);
        body = &rest[length + 2..];
    }
    text
}

async fn server() -> Server {
    Server::start(Limits::default()).await
}

#[tokio::test]
async fn each_result_of_a_subscription_is_a_message_and_the_last_one_says_that_it_is_complete() {
    let (head, body) = streamed(&server().await, STREAM, "subscription { count(to: 2) }").await;
    assert!(head.starts_with("HTTP/1.1 200") && head.contains("content-type: text/event-stream"), "{head}");
    let expected = ":\n\nevent: next\ndata: {\"data\":{\"count\":1}}\n\nevent: next\ndata: {\"data\":{\"count\":2}}\n\nevent: complete\ndata:\n\n";
    assert_eq!(body, expected);
}

#[tokio::test]
async fn a_query_is_a_stream_of_one_result_for_whoever_likes_streams_better() {
    let server = server().await;
    let (_, body) = streamed(&server, STREAM, "{ greeting failing }").await;
    assert!(
        body.starts_with(":\n\nevent: next\ndata: {\"data\":{\"greeting\":\"hello\",\"failing\":null}"),
        "{body}"
    );
    assert!(body.ends_with("event: complete\ndata:\n\n"), "{body}");
    // Clients that name both want streams where there is no other way.
    let both = "accept: application/json, text/event-stream\r\ncontent-type: application/json\r\n";
    let (head, body) = streamed(&server, both, "{ greeting }").await;
    assert!(head.contains("content-type: application/json"), "{head}");
    assert_eq!(body, "");
    let (head, _) = streamed(&server, both, "subscription { count(to: 1) }").await;
    assert!(head.contains("content-type: text/event-stream"), "{head}");
}

#[tokio::test]
async fn what_must_not_run_is_refused_by_the_status() {
    let server = server().await;
    for (headers, query, status, code) in [
        (STREAM, "subscription { nothing }", "400", "VALIDATION_ERROR"),
        (STREAM, "{", "400", "PARSE_ERROR"),
        ("content-type: application/json\r\n", "subscription { count(to: 1) }", "400", "WRONG_TRANSPORT"),
    ] {
        let (head, body) = streamed(&server, headers, query).await;
        assert!(head.starts_with(&format!("HTTP/1.1 {status}")), "{query}: {head}");
        let text = format!("{head}{body}");
        assert!(head.contains("application/") && !text.contains("event: next"), "{text}");
        let answer = server.post(headers, &body_of(query)).await;
        assert_eq!(answer.code(), code);
    }
}

#[tokio::test]
async fn a_stream_ends_with_the_server_and_does_not_say_that_it_is_complete() {
    let server = server().await;
    let body = body_of("subscription { silent }");
    let request = format!(
        "POST /graphql HTTP/1.1\r\nhost: test\r\nconnection: close\r\ncontent-length: {}\r\n{STREAM}\r\n{body}",
        body.len()
    );
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut bytes = Vec::new();
    while !String::from_utf8_lossy(&bytes).contains(":\n\n") {
        assert!(stream.read_buf(&mut bytes).await.unwrap() > 0);
    }
    server.shutdown.send_replace(true);
    tokio::time::timeout(PATIENCE, stream.read_to_end(&mut bytes)).await.expect("in time").unwrap();
    let text = String::from_utf8(bytes).unwrap();
    let (_, body) = text.split_once("\r\n\r\n").unwrap();
    assert_eq!(unchunked(body), ":\n\n");
    server.post(STREAM, &body_of("subscription { silent }")).await.is_refused(503, "OVERLOADED");
}

#[tokio::test]
async fn a_stream_too_many_of_one_user_is_refused() {
    let server = server().await;
    let everybody = crate::identities::local().unwrap();
    let of_others: Vec<_> = (0..STREAMS_PER_USER_MAX)
        .map(|_| server.followers.admit(StreamKind::Websocket, &everybody).unwrap())
        .collect();
    let body = body_of("subscription { count(to: 1) }");
    server.post(STREAM, &body).await.is_refused(429, "TOO_MANY_STREAMS");
    drop(of_others);
    let (head, _) = streamed(&server, STREAM, "subscription { count(to: 1) }").await;
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
}

fn body_of(query: &str) -> String {
    json!({ "query": query }).to_string()
}
