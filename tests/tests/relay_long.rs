//! Relays that go on: over TLS to whom they trust alone, behind the end of the log, and to their end when a signal asks for it.

use std::{
    fs,
    path::Path,
    process::{Child, Command},
};

use sigeyi_tests::{
    Act, FAILED, Receiver, Relay, Server, USAGE, all, certified, fail, head, roster_row, start, succeed,
    text, until,
};

/// Exit code of a receiver that cannot be reached.
const UNREACHABLE: i32 = 5;

#[test]
fn a_webhook_is_reached_by_tls_and_only_where_its_authority_is_trusted() {
    let relay = Relay::new();
    let end = head(&relay.data);
    let [authority, chain, key] = certified(&relay.place, "one");
    let [stranger, ..] = certified(&relay.place, "other");
    let receiver = Receiver::with_certificate(&chain, &key);
    let address = receiver.address();
    let trusting = |authority: &Path, attempts: &str| {
        let more = ["--webhook-ca", text(authority), "--attempts", attempts];
        relay.args(&address, &more).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    let args = trusting(&stranger, "2");
    let said = fail(&args.iter().map(String::as_str).collect::<Vec<_>>(), UNREACHABLE);
    assert!(said.contains("invalid peer certificate"), "{said}");
    assert_eq!((receiver.connections(), receiver.requests().len()), (2, 0), "nothing is sent to a stranger");
    assert_eq!(relay.through(), 0);
    // Nor to whom this machine does not trust.
    fail(&relay.args(&address, &["--attempts", "1"]), UNREACHABLE);
    assert!(receiver.requests().is_empty());
    let args = trusting(&authority, "1");
    succeed(&args.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!((receiver.positions(), relay.through()), (all(end), end));

    let plain = Receiver::that([]);
    let other = relay.place.path("other-state");
    let (to, secret) = (plain.address(), text(&relay.secret));
    let args = ["relay", "--data", text(&relay.data), "--to", &to, "--state", text(&other)];
    let more = ["--secret-file", secret, "--webhook-ca", text(&authority)];
    assert!(fail(&[&args[..], &more].concat(), USAGE).contains("with https"));
    let nothing = relay.place.file("nothing.pem", "");
    let said = fail(&relay.args(&address, &["--webhook-ca", text(&nothing)]), FAILED);
    assert!(said.contains("holds no certificate"), "{said}");
}

/// A relay that runs; killed when it is dropped.
struct Running(Child);

impl Running {
    fn is_over(&mut self) -> bool {
        self.0.try_wait().expect("it can be asked").is_some()
    }

    /// Asks for its end, which must come, and come in order.
    fn end(mut self) {
        let sent = Command::new("kill").args(["-s", "TERM", &self.0.id().to_string()]).status();
        assert!(sent.expect("there is a kill").success());
        until("its end", || self.is_over());
        let status = self.0.wait().expect("it has ended");
        assert!(status.success(), "{status:?}");
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Records somebody more through a server.
fn enrol(relay: &Relay, server: &Server, n: usize) {
    let roster = relay.place.file("more.csv", format!("{}{}", sigeyi_tests::ROSTER, roster_row(n)));
    let url = format!("http://{}", server.address);
    succeed(&["import", "--server", &url, "--roster", text(&roster)]);
}

#[test]
fn a_relay_that_follows_sends_what_is_recorded_later_and_ends_in_order() {
    let relay = Relay::new();
    let end = head(&relay.data) as usize;
    let server = Server::of(&relay.data);
    let url = format!("http://{}", server.address);
    let receiver = Receiver::that([]);
    let (to, state, secret) = (receiver.address(), text(&relay.state), text(&relay.secret));
    let args = ["relay", "--server", &url, "--to", &to, "--state", state, "--secret-file", secret];
    let mut running = Running(start(&[&args[..], &["--follow", "--ask-every", "1"]].concat()));
    until("the end of the log", || receiver.positions().len() >= end || running.is_over());
    for n in [700, 701] {
        let before = receiver.positions().len();
        enrol(&relay, &server, n);
        until("what was recorded", || receiver.positions().len() > before || running.is_over());
    }
    running.end();
    let taken = receiver.positions();
    assert!(taken.len() > end + 1, "{} of {end}", taken.len());
    assert_eq!(taken, all(taken.len() as u64), "each once");
    // What it was asked to end in was before or after its state was moved, so the last batch may come again.
    assert!(relay.through() >= end as u64);
    enrol(&relay, &server, 702);
    succeed(&args);
    assert_eq!(sigeyi_tests::once(&receiver.positions()), all(relay.through()));
    assert!(relay.through() > taken.len() as u64);
}

#[test]
fn a_relay_that_follows_with_a_long_wait_ends_at_once_and_keeps_what_was_taken() {
    let relay = Relay::new();
    let server = Server::of(&relay.data);
    let url = format!("http://{}", server.address);
    let (state, secret) = (text(&relay.state), text(&relay.secret));
    let receiver = Receiver::that([Act::Answer(204, ""), Act::Answer(503, "Retry-After: 3600\r\n")]);
    let to = receiver.address();
    let args = ["relay", "--server", &url, "--to", &to, "--state", state, "--secret-file", secret];
    let mut running = Running(start(&[&args[..], &["--follow", "--batch", "30"]].concat()));
    until("a refusal", || receiver.requests().len() >= 2 || running.is_over());
    running.end();
    assert_eq!((relay.through(), receiver.positions()), (30, all(30)));
    // Nor does it wait until it would ask the server again.
    let mut running = Running(start(&[&args[..], &["--follow", "--ask-every", "3600"]].concat()));
    let end = receiver_end(&server);
    until("the end of the log", || receiver.positions().len() as u64 >= end || running.is_over());
    until("the state", || relay.through() == end || running.is_over());
    running.end();
    assert_eq!(receiver.positions(), all(end));
    assert!(fs::metadata(&relay.state).is_ok());
}

/// The last position of a log that a server holds.
fn receiver_end(server: &Server) -> u64 {
    let url = format!("http://{}", server.address);
    let printed = succeed(&["progress", "--server", &url, "--region", "150000", "--format", "json"]);
    let answer: serde_json::Value = serde_json::from_str(&printed).expect("it is JSON");
    answer["position"].as_str().and_then(|position| position.parse().ok()).expect("a position")
}
