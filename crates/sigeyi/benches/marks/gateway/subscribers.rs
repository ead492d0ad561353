//! A thousand who follow while somebody writes: from the answer to the writer to the receipt by each.

use std::time::{Duration, Instant};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::mpsc,
};

use super::{client::Connection, client::find, deliver, event_stream};

const SUBSCRIBERS: usize = 1_000;
const EVENTS_A_SECOND: u32 = 1_000;
const EVENTS: u32 = 8_000;
/// Connections that write, so that no single answer holds up the others.
const WRITERS: u32 = 16;
const WITHIN: Duration = Duration::from_secs(60);

/// How they follow.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Way {
    /// `events` over a WebSocket.
    WebSocket,
    /// `/events` as an event stream.
    EventStream,
}

pub(crate) async fn run(address: &str, people: &[String], way: Way) {
    let began = Instant::now();
    let (ready, mut is_ready) = mpsc::channel(SUBSCRIBERS);
    let mut subscribers = Vec::new();
    for _ in 0..SUBSCRIBERS {
        let (address, ready) = (address.to_owned(), ready.clone());
        subscribers.push(tokio::spawn(async move {
            match way {
                Way::WebSocket => follow(&address, ready, began).await,
                Way::EventStream => event_stream::follow(&address, ready, began, EVENTS as usize).await,
            }
        }));
    }
    for _ in 0..SUBSCRIBERS {
        tokio::time::timeout(WITHIN, is_ready.recv()).await.expect("all subscribe in time");
    }
    let mut writers = Vec::new();
    for writer in 0..WRITERS {
        let (address, people) = (address.to_owned(), people.to_vec());
        writers.push(tokio::spawn(async move {
            let mut connection = Connection::open(&address).await;
            let mut answered = Vec::new();
            let mut turn = tokio::time::interval(Duration::from_secs(1) / (EVENTS_A_SECOND / WRITERS));
            for number in 0..EVENTS / WRITERS {
                turn.tick().await;
                let person = &people[(number * WRITERS + writer) as usize % people.len()];
                let answer = connection.call(&deliver(person)).await;
                answered.push((position(answer).expect("it is recorded"), began.elapsed()));
            }
            answered
        }));
    }
    let started = Instant::now();
    let mut answered = Vec::new();
    for writer in writers {
        answered.extend(writer.await.expect("it writes"));
    }
    let rate = answered.len() as f64 / started.elapsed().as_secs_f64();
    answered.sort_unstable();
    let mut delays = Vec::new();
    let mut missing = 0;
    for subscriber in subscribers {
        let Ok(received) = tokio::time::timeout(WITHIN, subscriber).await else {
            missing += 1;
            continue;
        };
        let received = received.expect("it follows");
        assert_eq!(received.len(), EVENTS as usize, "each event once");
        for ((position, answered), (got, at)) in answered.iter().zip(&received) {
            assert_eq!(position, got, "in order, none missing");
            delays.push(at.saturating_sub(*answered).as_secs_f32());
        }
    }
    delays.sort_by(f32::total_cmp);
    let at = |part: f64| delays[((delays.len() - 1) as f64 * part) as usize] * 1_000.0;
    println!(
        "{SUBSCRIBERS} subscribers over {way:?}, {rate:.0} events/s for {EVENTS} events, from answer to receipt: p50 {:.1} ms, p99 {:.1} ms, worst {:.1} ms; {missing} did not get all in {WITHIN:?}",
        at(0.5),
        at(0.99),
        at(1.0)
    );
    println!();
}

/// Follows until every event is there; gives position and moment of each.
async fn follow(address: &str, ready: mpsc::Sender<()>, began: Instant) -> Vec<(u64, Duration)> {
    let mut stream = TcpStream::connect(address).await.expect("the server listens");
    stream.set_nodelay(true).expect("the socket takes options");
    let request = "GET /graphql/ws HTTP/1.1\r\nhost: localhost\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\nsec-websocket-protocol: graphql-transport-ws\r\n\r\n";
    stream.write_all(request.as_bytes()).await.expect("it is taken");
    let mut bytes = Vec::with_capacity(64 * 1024);
    while find(&bytes, b"\r\n\r\n").is_none() {
        assert!(stream.read_buf(&mut bytes).await.expect("it answers") > 0);
    }
    assert!(bytes.starts_with(b"HTTP/1.1 101"), "{}", String::from_utf8_lossy(&bytes));
    bytes.drain(..find(&bytes, b"\r\n\r\n").expect("it is there") + 4);
    stream.write_all(&frame(r#"{"type":"connection_init"}"#)).await.expect("it is taken");
    let subscribe = r#"{"id":"1","type":"subscribe","payload":{"query":"subscription { events { position type personId effectiveOn recordedAt } }"}}"#;
    let mut received = Vec::with_capacity(EVENTS as usize);
    while received.len() < EVENTS as usize {
        let mut at = 0;
        let now = began.elapsed();
        while let Some((opcode, payload, next)) = parse(&bytes[at..]) {
            let payload = &bytes[at + payload.start..at + payload.end];
            if opcode == 9 {
                stream.write_all(&masked(10, payload)).await.expect("it is taken");
            } else if find(payload, b"connection_ack").is_some() {
                stream.write_all(&frame(subscribe)).await.expect("it is taken");
                ready.send(()).await.expect("somebody waits");
            } else if payload.ends_with(br#""type":"ping"}"#) {
                stream.write_all(&frame(r#"{"type":"pong"}"#)).await.expect("it is taken");
            } else if let Some(position) = position(payload) {
                received.push((position, now));
            }
            at += next;
        }
        bytes.drain(..at);
        if received.len() < EVENTS as usize {
            assert!(stream.read_buf(&mut bytes).await.expect("it goes on") > 0, "closed");
        }
    }
    received
}

/// A whole frame at the beginning: opcode, where its payload lies, how long it is with its head.
fn parse(bytes: &[u8]) -> Option<(u8, std::ops::Range<usize>, usize)> {
    let (head, length) = match *bytes.get(1)? & 0x7f {
        126 => (4, usize::from(u16::from_be_bytes(*bytes.get(2..4)?.first_chunk()?))),
        127 => (10, u64::from_be_bytes(*bytes.get(2..10)?.first_chunk()?) as usize),
        short => (2, usize::from(short)),
    };
    (bytes.len() >= head + length).then(|| (bytes[0] & 0xf, head..head + length, head + length))
}

fn frame(text: &str) -> Vec<u8> {
    masked(1, text.as_bytes())
}

/// A client's frame, masked with zeros.
fn masked(opcode: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![0x80 | opcode];
    match payload.len() {
        short @ ..126 => frame.push(0x80 | short as u8),
        long => {
            frame.push(0x80 | 126);
            frame.extend_from_slice(&(long as u16).to_be_bytes());
        }
    }
    frame.extend_from_slice(&[0; 4]);
    frame.extend_from_slice(payload);
    frame
}

/// The first position in an answer.
fn position(bytes: &[u8]) -> Option<u64> {
    const KEY: &[u8] = br#""position":""#;
    let from = find(bytes, KEY)? + KEY.len();
    let digits = bytes[from..].iter().take_while(|byte| byte.is_ascii_digit());
    Some(digits.fold(0, |number, digit| number * 10 + u64::from(digit - b'0')))
}
