//! Every close code, and who gets it.

use std::time::{Duration, Instant};

use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    time::timeout,
};
use tokio_tungstenite::tungstenite::{
    Bytes, Message,
    http::StatusCode,
    protocol::frame::{
        Frame,
        coding::{Data, OpCode},
    },
};

use super::{
    client::Client,
    sample::{Server, until},
};
use crate::limits::Limits;

#[tokio::test]
async fn no_subprotocol_is_4406() {
    let server = Server::start().await;
    let mut client = Client::offering(&server, None).await.expect("the upgrade is made");
    assert_eq!(client.closed().await, (4406, "Subprotocol not acceptable".into()));
}

#[tokio::test]
async fn another_subprotocol_is_4406_and_is_not_selected() {
    let server = Server::start().await;
    // Well-kept clients give up when theirs is not selected, so this one speaks plain bytes.
    let mut stream = tokio::net::TcpStream::connect(server.address).await.expect("it listens");
    let request = "GET /graphql/ws HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
        sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
        sec-websocket-protocol: graphql-ws\r\n\r\n";
    stream.write_all(request.as_bytes()).await.expect("it is sent");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.expect("the server closes");
    let head_length = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n").expect("there is a head") + 4;
    let (head, frame) = answer.split_at(head_length);
    let head = String::from_utf8_lossy(head).to_ascii_lowercase();
    assert!(head.starts_with("http/1.1 101"), "{head}");
    assert!(!head.contains("sec-websocket-protocol"), "{head}");
    assert_eq!(frame[0], 0x88, "a close frame");
    assert_eq!(u16::from_be_bytes([frame[2], frame[3]]), 4406);
}

#[tokio::test]
async fn invalid_messages_are_4400_with_what_was_wrong() {
    let server = Server::start().await;
    for (text, expected) in [
        ("hello", "message is no JSON"),
        ("[1]", "message must be an object"),
        ("{}", "message must have a type"),
        (r#"{"type":"start"}"#, "type is unknown"),
        (r#"{"type":"connection_ack"}"#, "type is unknown"),
        (r#"{"type":"complete"}"#, "id must be a string of 1 to 128 bytes"),
        (r#"{"type":"subscribe","id":"1"}"#, "payload must be an object"),
        (r#"{"type":"subscribe","id":"1","payload":{}}"#, "payload must have a query"),
    ] {
        let mut client = Client::ready(&server).await;
        client.send(Message::text(text)).await;
        let (code, reason) = client.closed().await;
        assert_eq!(code, 4400, "{text}");
        assert!(reason.starts_with(expected), "{text}: {reason}");
    }
}

#[tokio::test]
async fn a_long_reason_is_cut_to_what_a_close_frame_holds() {
    let server = Server::start().await;
    let mut client = Client::ready(&server).await;
    let id = "旗".repeat(42);
    client.subscribe(&id, "subscription { silent }").await;
    client.subscribe(&id, "subscription { silent }").await;
    let (code, reason) = client.closed().await;
    assert_eq!(code, 4409);
    assert!((120..=123).contains(&reason.len()), "{reason}");
}

#[tokio::test]
async fn binary_is_4400() {
    let server = Server::start().await;
    let mut client = Client::ready(&server).await;
    client.send(Message::binary(r#"{"type":"ping"}"#)).await;
    assert_eq!(client.closed().await, (4400, "message must be text".into()));
}

#[tokio::test]
async fn subscribing_before_the_acknowledgement_is_4401() {
    let server = Server::start().await;
    let mut client = Client::connect(&server).await;
    client.subscribe("1", "{ hello(name: \"a\") }").await;
    assert_eq!(client.closed().await, (4401, "Unauthorized".into()));
}

#[tokio::test]
async fn no_init_in_time_is_4408_whatever_else_is_said() {
    let init_time_max = Duration::from_millis(300);
    let server = Server::with(Limits { init_time_max, ..Limits::default() }, 10).await;
    let begin = Instant::now();
    let mut client = Client::connect(&server).await;
    client.is_quiet().await;
    client.complete("1").await;
    assert_eq!(client.closed().await, (4408, "Connection initialisation timeout".into()));
    assert!(begin.elapsed() >= init_time_max);
}

#[tokio::test]
async fn an_id_in_use_is_4409_and_a_free_one_can_be_used_again() {
    let server = Server::start().await;
    let mut client = Client::ready(&server).await;
    for _ in 0..2 {
        client.subscribe("a", "subscription { count(to: 1) }").await;
        client.hear_until(|message| message["type"] == "complete").await;
    }
    for _ in 0..2 {
        client.subscribe("b", "subscription { silent }").await;
        client.complete("b").await;
    }
    client.subscribe("c", "subscription { silent }").await;
    client.subscribe("c", "{ hello(name: \"a\") }").await;
    assert_eq!(client.closed().await, (4409, "Subscriber for c already exists".into()));
    until("the stream is dropped", || server.world.streams.load(std::sync::atomic::Ordering::SeqCst) == 0)
        .await;
}

#[tokio::test]
async fn a_second_init_is_4429() {
    let server = Server::start().await;
    let mut client = Client::ready(&server).await;
    client.say(json!({ "type": "connection_init" })).await;
    assert_eq!(client.closed().await, (4429, "Too many initialisation requests".into()));
}

#[tokio::test]
async fn a_message_may_be_as_long_as_a_body_and_longer_is_1009() {
    let limits = Limits { body_bytes_max: 10_000, ..Limits::default() };
    let server = Server::with(limits, 10).await;
    let mut client = Client::ready(&server).await;
    let ping = |length: usize| Message::text(format!("{:length$}", r#"{"type":"ping"}"#));
    client.send(ping(10_000)).await;
    assert_eq!(client.hear().await, json!({ "type": "pong" }));
    client.send(ping(10_001)).await;
    assert_eq!(client.closed().await, (1009, "message is longer than 10000 bytes".into()));
}

#[tokio::test]
async fn a_message_in_pieces_has_the_same_limit() {
    let limits = Limits { body_bytes_max: 10_000, ..Limits::default() };
    let server = Server::with(limits, 10).await;
    let mut client = Client::ready(&server).await;
    for piece in [Data::Text, Data::Continue, Data::Continue] {
        let frame = Frame::message(vec![b' '; 4_000], OpCode::Data(piece), false);
        client.send(Message::Frame(frame)).await;
    }
    assert_eq!(client.closed().await.0, 1009);
}

#[tokio::test]
async fn the_code_is_seen_although_more_was_on_its_way() {
    let server = Server::start().await;
    let mut client = Client::ready(&server).await;
    // Far more than the buffers between the two hold, so that the client is still writing when it is closed.
    let header = [0x81, 0xff, 0, 0, 0, 0, 0x08, 0, 0, 0, 0, 0, 0, 0];
    client.socket.get_mut().write_all(&header).await.expect("it is sent");
    loop {
        let writing = client.socket.get_mut().write_all(&[b' '; 64 * 1024]);
        let Ok(written) = timeout(Duration::from_millis(300), writing).await else { break };
        written.expect("the socket is not reset");
    }
    assert_eq!(client.closed().await.0, 1009);
}

#[tokio::test]
async fn what_is_not_utf_8_is_1007() {
    let server = Server::start().await;
    let mut client = Client::ready(&server).await;
    let frame = Frame::message(Bytes::from_static(&[b'{', 0xff]), OpCode::Data(Data::Text), true);
    client.send(Message::Frame(frame)).await;
    assert_eq!(client.closed().await.0, 1007);
}

#[tokio::test]
async fn a_broken_frame_is_1002() {
    let server = Server::start().await;
    let mut client = Client::ready(&server).await;
    // A frame of the client must be masked, and this one is not.
    client.socket.get_mut().write_all(&[0x81, 0x01, b'x']).await.expect("it is sent");
    assert_eq!(client.closed().await.0, 1002);
}

#[tokio::test]
async fn more_sockets_than_the_limit_are_refused_until_one_is_closed() {
    let server = Server::with(Limits::default(), 2).await;
    let (mut first, _second) = (Client::ready(&server).await, Client::ready(&server).await);
    assert_eq!(Client::refused(&server).await, StatusCode::SERVICE_UNAVAILABLE);
    first.socket.close(None).await.expect("it can be closed");
    drop(first);
    until("a place is free", || server.sockets.open() == 1).await;
    Client::ready(&server).await.is_quiet().await;
}

#[tokio::test]
async fn a_client_that_closes_is_answered_with_its_own_code() {
    let server = Server::start().await;
    let mut client = Client::ready(&server).await;
    client.subscribe("1", "subscription { silent }").await;
    client.socket.close(None).await.expect("it can be closed");
    assert!(matches!(client.frame().await, Message::Close(None)));
    until("nothing is left", || server.sockets.open() == 0).await;
    assert_eq!(server.world.streams.load(std::sync::atomic::Ordering::SeqCst), 0);
}

#[tokio::test]
async fn what_is_no_upgrade_is_refused() {
    let server = Server::start().await;
    let mut stream = tokio::net::TcpStream::connect(server.address).await.expect("it listens");
    let request = "GET /graphql/ws HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    stream.write_all(request.as_bytes()).await.expect("it is sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("the server closes");
    assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
}
