//! How the server ends.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{Router, extract::WebSocketUpgrade, routing::get};
use tokio::{io::AsyncWriteExt, net::TcpStream, sync::Notify, time::timeout};

use super::{
    connections::UPGRADE,
    running::{Answer, DEADLINE, Running, hello, to_end},
};
use crate::server::limits::ConnectionLimits;

/// An app whose answer waits until it is let go.
fn slow() -> (Router, Arc<Notify>, Arc<Notify>) {
    let (begun, finish) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let handler = {
        let (begun, finish) = (begun.clone(), finish.clone());
        async move || {
            begun.notify_one();
            finish.notified().await;
            "finished"
        }
    };
    (Router::new().route("/slow", get(handler)), begun, finish)
}

async fn ask_slow(running: &Running) -> TcpStream {
    let mut socket = running.connect().await;
    socket.write_all(b"GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n").await.expect("it is sent");
    socket
}

#[tokio::test]
async fn a_request_under_way_is_finished_and_nothing_new_is_taken() {
    let (app, begun, finish) = slow();
    let running = Running::start(app, ConnectionLimits::default());
    let mut slow = ask_slow(&running).await;
    let mut idle = running.connect().await;
    begun.notified().await;
    let (address, mut shutting_down) = (running.address, running.shutting_down.clone());
    let ended = running.stop();
    shutting_down.wait_for(|is_shutting_down| *is_shutting_down).await.expect("it is told");
    assert!(to_end(&mut idle).await.is_empty(), "an idle connection is closed");
    assert!(TcpStream::connect(address).await.is_err(), "nobody listens any more");
    assert!(!ended.is_finished(), "it waits for the request");
    finish.notify_one();
    let answer = Answer::of(&to_end(&mut slow).await);
    assert_eq!((answer.status, answer.text()), (200, "finished"));
    assert_eq!(answer.header("connection"), Some("close"));
    timeout(DEADLINE, ended).await.expect("in time").expect("it ends in order");
}

#[tokio::test]
async fn a_request_that_never_finishes_is_cut_after_its_time() {
    let (app, begun, _finish) = slow();
    let limits = ConnectionLimits { finish_time_max: Duration::from_millis(200), ..Default::default() };
    let running = Running::start(app, limits);
    let mut slow = ask_slow(&running).await;
    begun.notified().await;
    let started = Instant::now();
    timeout(DEADLINE, running.stop()).await.expect("in time").expect("it ends in order");
    assert!(started.elapsed() >= Duration::from_millis(200));
    assert!(to_end(&mut slow).await.is_empty());
}

#[tokio::test]
async fn websockets_are_told_and_waited_for() {
    let app = |_, shutting_down: tokio::sync::watch::Receiver<bool>| {
        let handler = async move |upgrade: WebSocketUpgrade| {
            let mut shutting_down = shutting_down.clone();
            upgrade.on_upgrade(async move |mut socket| {
                let _ = shutting_down.wait_for(|is_shutting_down| *is_shutting_down).await;
                let _ = socket.send("good-bye".into()).await;
            })
        };
        Router::new().route("/socket", get(handler))
    };
    let running = Running::start_with(app, ConnectionLimits::default(), None);
    let mut socket = running.connect().await;
    socket.write_all(UPGRADE.as_bytes()).await.expect("it is sent");
    running.metric("sigeyi_websockets_open 1").await;
    let ended = running.stop();
    let answer = Answer::of(&to_end(&mut socket).await);
    assert_eq!((answer.status, &answer.body[2..]), (101, b"good-bye".as_slice()));
    timeout(DEADLINE, ended).await.expect("in time").expect("it ends in order");
}

#[tokio::test]
async fn the_same_address_can_be_listened_on_right_after() {
    let running = Running::start(hello(), ConnectionLimits::default());
    let address = running.address;
    assert_eq!(running.get("/hello", "").await.text(), "hello");
    timeout(DEADLINE, running.stop()).await.expect("in time").expect("it ends in order");
    crate::server::Server::bind(address, None).expect("the address is free");
}
