//! Events sent on: in order, each at least once and by position once, whatever the receiver does and whenever the relay is killed.

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    net::{SocketAddr, TcpListener},
    thread,
};

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::Value;
use sigeyi_tests::{
    Act, FAILED, HELD, Receiver, Relay, SECRET, USAGE, all, fail, head, kill_when, once, position, sigeyi,
    succeed, text,
};

/// Exit codes: a receiver that cannot be reached, and one that refuses.
const UNREACHABLE: i32 = 5;
const REFUSED: i32 = 6;

#[test]
fn a_receiver_that_fails_in_every_way_misses_nothing_and_keeps_the_order() {
    let relay = Relay::new();
    let end = head(&relay.data);
    let fails = [
        Act::Close,
        Act::Answer(500, ""),
        Act::Answer(429, "Retry-After: 1\r\n"),
        Act::Answer(204, ""),
        Act::TakeAndClose,
        Act::Answer(503, ""),
        Act::Answer(408, ""),
        Act::Answer(200, ""),
        Act::TakeAndClose,
        Act::Close,
    ];
    let receiver = Receiver::that(fails);
    succeed(&relay.args(&receiver.address(), &["--batch", "40"]));
    let taken = receiver.positions();
    assert!(taken.len() as u64 > end, "what was taken without a word came again");
    assert_eq!(once(&taken), all(end));
    assert_eq!(relay.through(), end);
    // Nothing is new, so nothing is sent.
    let before = receiver.requests().len();
    succeed(&relay.args(&receiver.address(), &["--batch", "40"]));
    assert_eq!(receiver.requests().len(), before);
}

#[test]
fn a_receiver_is_asked_again_no_sooner_than_it_wants() {
    let relay = Relay::new();
    let receiver = Receiver::that([Act::Answer(429, "Retry-After: 2\r\n")]);
    let output = sigeyi(&relay.args(&receiver.address(), &["--batch", "1000"]));
    assert!(output.status.success());
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("again in 2.0 s"), "{said}");
}

#[test]
fn each_request_is_signed_as_standard_webhooks_has_it_and_named_the_same_when_it_comes_again() {
    let relay = Relay::new();
    let receiver = Receiver::that([Act::Answer(500, "")]);
    succeed(&relay.args(&receiver.address(), &["--batch", "1000"]));
    let requests = receiver.requests();
    assert_eq!(requests[0].header("webhook-id"), requests[1].header("webhook-id"));
    assert_eq!(requests[0].header("content-type"), "application/cloudevents-batch+json");
    let key = STANDARD.decode(SECRET.strip_prefix("whsec_").expect("it begins so")).expect("base64");
    for request in &requests {
        let (id, at) = (request.header("webhook-id"), request.header("webhook-timestamp"));
        let signed = format!("{id}.{at}.{}", request.body);
        let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, &key);
        let signature = request.header("webhook-signature").strip_prefix("v1,").expect("version 1");
        let tag = STANDARD.decode(signature).expect("base64");
        assert!(ring::hmac::verify(&key, signed.as_bytes(), &tag).is_ok());
    }
}

#[test]
fn what_is_refused_stops_the_relay_or_goes_among_dead_letters() {
    let relay = Relay::new();
    let end = head(&relay.data);
    let receiver = Receiver::that([Act::Answer(204, ""), Act::Answer(422, "")]);
    let said = fail(&relay.args(&receiver.address(), &["--batch", "30"]), REFUSED);
    assert!(said.contains("31 to 60: 422"), "{said}");
    assert_eq!(relay.through(), 30, "what was refused is not passed over");
    let dead = relay.place.path("dead.ndjson");
    let more = ["--batch", "30", "--on-refusal", "dead-letter", "--dead-letters", text(&dead)];
    receiver.then(Act::Answer(400, ""));
    succeed(&relay.args(&receiver.address(), &more));
    let letters = fs::read_to_string(&dead).expect("it is there");
    let letters: Vec<Value> = letters.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let dead: Vec<u64> = letters.iter().map(|letter| position(&letter["event"])).collect();
    assert_eq!(dead, (31..=60).collect::<Vec<_>>());
    assert!(letters.iter().all(|letter| letter["status"] == 400));
    let expected: Vec<u64> = (1..=30).chain(61..=end).collect();
    assert_eq!(receiver.positions(), expected);
    fail(&relay.args(&receiver.address(), &["--on-refusal", "dead-letter"]), USAGE);
}

#[test]
fn a_receiver_that_never_answers_is_given_up_where_it_is_asked_for() {
    let relay = Relay::new();
    let receiver = Receiver::that([Act::Close, Act::Close, Act::Close]);
    fail(&relay.args(&receiver.address(), &["--attempts", "2"]), UNREACHABLE);
    assert!(receiver.positions().is_empty());
    assert_eq!(relay.through(), 0, "nothing was taken");
}

#[test]
fn a_relay_that_is_killed_misses_nothing() {
    let relay = Relay::new();
    let end = head(&relay.data);
    let receiver = Receiver::that([]);
    let address = receiver.address();
    let args = relay.args(&address, &["--batch", "5"]);
    let mut killed = 0;
    for round in 1..=4 {
        let enough = round * end as usize / 5;
        killed += u32::from(kill_when(&args, "some were taken", || receiver.positions().len() >= enough));
    }
    assert!(killed >= 2, "only {killed} were killed");
    succeed(&args);
    assert_eq!(once(&receiver.positions()), all(end));
}

#[test]
fn a_file_has_each_event_once_however_often_the_relay_is_killed() {
    let relay = Relay::new();
    let end = head(&relay.data);
    let file = relay.place.path("events.ndjson");
    let to = format!("file:{}", text(&file));
    let args = relay.args(&to, &["--batch", "1"]);
    let lines = || fs::read_to_string(&file).map_or(0, |text| text.lines().count());
    let mut killed = 0;
    for round in 1..=4 {
        killed += u32::from(kill_when(&args, "some lines", || lines() >= round * end as usize / 5));
        // As a kill in the middle of a write leaves it.
        let mut torn = fs::OpenOptions::new().append(true).open(&file).expect("it is there");
        torn.write_all(b"{\"specversion\":\"1.0\",\"id").expect("it is written");
    }
    assert!(killed >= 2, "only {killed} were killed");
    succeed(&args);
    let written = fs::read_to_string(&file).expect("it is there");
    let positions: Vec<u64> = written
        .lines()
        .map(|line| position(&serde_json::from_str(line).expect("each line is whole")))
        .collect();
    assert_eq!(positions, all(end));
    // A file that has lost what was written is not gone on with.
    let cut = written.lines().take(3).map(|line| format!("{line}\n")).collect::<String>();
    fs::write(&file, cut).expect("it is written");
    assert!(fail(&args, FAILED).contains("lacks events that were written"));
}

#[test]
fn a_state_belongs_to_one_log_and_one_target() {
    let relay = Relay::new();
    let receiver = Receiver::that([]);
    succeed(&relay.args(&receiver.address(), &[]));
    let other = Receiver::that([]);
    assert!(fail(&relay.args(&other.address(), &[]), FAILED).contains("is of a relay"));
    assert!(other.requests().is_empty());
    let elsewhere = Relay::new();
    let address = receiver.address();
    let mut args = elsewhere.args(&address, &[]);
    args[6] = text(&relay.state);
    assert!(fail(&args, FAILED).contains("is of a relay"));
}

#[test]
fn a_directory_that_a_server_holds_is_left_to_it() {
    let relay = Relay::new();
    let server = sigeyi_tests::Server::start(&["serve", "--data", text(&relay.data)]);
    let receiver = Receiver::that([]);
    fail(&relay.args(&receiver.address(), &[]), HELD);
    drop(server);
    assert!(receiver.requests().is_empty());
}

/// Batches as `GET /events` of a server answers them, its events in pieces of three.
fn serve_batches(events: Vec<String>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    thread::spawn(move || {
        for mut socket in listener.incoming().flatten() {
            let mut line = String::new();
            let mut reader = BufReader::new(socket.try_clone().expect("a socket"));
            reader.read_line(&mut line).expect("a request");
            while reader.read_line(&mut String::new()).expect("a header") > 2 {}
            let query = line.split(['?', ' ']).nth(2).expect("a query").to_owned();
            let value = |name: &str| {
                let pair = query.split('&').find_map(|pair| pair.strip_prefix(name));
                pair.and_then(|value| value.parse::<usize>().ok()).expect("a number")
            };
            let (after, limit) = (value("after="), value("limit="));
            let through = events.len().min(after + limit.min(3));
            let body = format!("[{}]", events[after..through].join(","));
            let head = format!(
                "HTTP/1.1 200 OK\r\nContent-Type: application/cloudevents-batch+json\r\nConnection: close\r\nContent-Length: {}\r\nLink: </events?after={through}&limit={limit}>; rel=\"next\"\r\n\r\n",
                body.len()
            );
            socket.write_all(format!("{head}{body}").as_bytes()).expect("it is sent");
        }
    });
    address
}

#[test]
fn events_of_a_server_are_followed_page_by_page() {
    let relay = Relay::new();
    let file = relay.place.path("events.ndjson");
    succeed(&relay.args(&format!("file:{}", text(&file)), &[]));
    let events: Vec<String> =
        fs::read_to_string(&file).expect("it is there").lines().take(10).map(str::to_owned).collect();
    let address = format!("http://{}", serve_batches(events.clone()));
    let receiver = Receiver::that([Act::Answer(500, "")]);
    let state = relay.place.path("state-of-server");
    let secret = text(&relay.secret);
    let to = receiver.address();
    succeed(&["relay", "--server", &address, "--to", &to, "--state", text(&state), "--secret-file", secret]);
    assert_eq!(receiver.positions(), all(10));
    let sent: Vec<String> = receiver.requests()[1..].iter().map(|request| request.body.clone()).collect();
    let expected: Vec<String> = events.chunks(3).map(|page| format!("[{}]", page.join(","))).collect();
    assert_eq!(sent, expected, "what the server says is what is sent, byte by byte");
}

#[test]
fn a_state_that_is_ahead_of_the_log_is_not_gone_on_with() {
    let relay = Relay::new();
    let receiver = Receiver::that([]);
    let address = receiver.address();
    succeed(&relay.args(&address, &[]));
    let end = format!("\"{}\"", head(&relay.data));
    let state = fs::read_to_string(&relay.state).expect("it is there");
    fs::write(&relay.state, state.replace(&end, "\"99999\"")).expect("it is written");
    let before = receiver.requests().len();
    assert!(fail(&relay.args(&address, &[]), FAILED).contains("was relayed through 99999"));
    assert_eq!(receiver.requests().len(), before);
}
