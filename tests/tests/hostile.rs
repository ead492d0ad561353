//! What a hostile client sends: refused at once, without harm to others.

use std::{
    io::{Read, Write},
    net::TcpStream,
    thread,
    time::{Duration, Instant},
};

use serde_json::json;
use sigeyi_tests::{Place, Server};

/// A refusal takes no longer. Nobody else's test may make this fail, so it is ten times what is promised.
const REFUSED_WITHIN: Duration = Duration::from_millis(500);
const ATTEMPTS: usize = 5;
/// Idle connections, as many as a usual limit of open files allows on both sides.
const IDLE: usize = 400;
/// Memory that all of this may take together, in bytes.
const MEMORY_MAX: u64 = 64 << 20;

fn query(text: &str) -> Vec<u8> {
    json!({ "query": text }).to_string().into_bytes()
}

/// Sends a few times and gives an answer; the quickest attempt counts, since other tests run beside.
fn refused(server: &Server, what: &str, body: &[u8]) -> String {
    let mut quickest = Duration::MAX;
    let mut answer = String::new();
    for _ in 0..ATTEMPTS {
        let started = Instant::now();
        answer = server.post(body);
        quickest = quickest.min(started.elapsed());
    }
    assert!(quickest < REFUSED_WITHIN, "{what} took {quickest:?}");
    answer
}

#[test]
fn documents_that_are_made_to_hurt_are_refused_at_once_and_cost_no_memory() {
    let place = Place::with_people();
    let server = Server::of(&place.data());
    server.post(&query("{ head { position } }"));
    let before = server.memory();
    let braces = format!("{}a{}", "{ a ".repeat(10_000), " }".repeat(10_000));
    let aliases: String = (0..50_000).map(|n| format!("a{n}:__typename ")).collect();
    let lists = format!(
        "{{ people(filter: {{ missing: {}{} }}) {{ position }} }}",
        "[".repeat(5_000),
        "]".repeat(5_000)
    );
    let fragments: String =
        (0..60).map(|n| format!("fragment F{n} on Query {{ ...F{} ...F{} }} ", n + 1, n + 1)).collect();
    let fragments = format!("{{ ...F0 }} {fragments} fragment F60 on Query {{ __typename }}");
    for (what, text, code) in [
        ("10,000 nested braces", braces.as_str(), "TOO_DEEP"),
        ("50,000 aliases", &format!("{{ {aliases} }}"), "BODY_TOO_LARGE"),
        ("3,000 aliases", &format!("{{ {} }}", &aliases[..48_000]), "TOO_MANY_"),
        ("nested lists", &lists, "TOO_DEEP"),
        ("a fragment of itself", "{ ...A } fragment A on Query { ...A }", "VALIDATION_ERROR"),
        ("fragments that double", &fragments, "TOO_"),
        (
            "all children of all",
            "{ regions { children { children { children { children { children { code } } } } } } }",
            "TOO_COMPLEX",
        ),
        (
            "a page of pages",
            "{ people(first: 200) { nodes { ...H } edges { node { ...H } } } } fragment H on Person { history { changes { field before after } data } pipeline { steps { step } } region { children { name } } }",
            "TOO_COMPLEX",
        ),
    ] {
        let answer = refused(&server, what, &query(text));
        assert!(answer.starts_with("HTTP/1.1 4") || answer.contains("\"errors\""), "{what}: {answer}");
        assert!(answer.contains(code), "{what}: {}", &answer[answer.len().saturating_sub(400)..]);
    }
    for (what, body) in [
        ("no UTF-8", &b"{\"query\":\"{ head { position } } \xff\"}"[..]),
        ("no JSON", b"{\"query\":"),
        ("a batch", b"[{\"query\":\"{ head { position } }\"}]"),
        ("a number for a query", b"{\"query\":7}"),
        ("nothing", b""),
    ] {
        let answer = refused(&server, what, body);
        assert!(answer.starts_with("HTTP/1.1 400 "), "{what}: {answer}");
    }
    let grown = server.memory().saturating_sub(before);
    assert!(grown < MEMORY_MAX, "{grown} bytes");
}

#[test]
fn characters_that_deceive_the_eye_are_refused_as_data() {
    let place = Place::empty();
    let server = Server::start(&[
        "demo",
        "--people",
        "10",
        "--data",
        place.data().to_str().expect("a path"),
        "--serve",
    ]);
    let people = server.post(&query("{ people(first: 1) { nodes { id } } }"));
    let (_, rest) = people.split_once("\"id\":\"").expect("somebody");
    let person = &rest[..36];
    for (text, what) in [
        ("a\u{202e}b", "bidi"),
        ("a\u{0}b", "NUL"),
        ("a\u{1b}[31mb", "escape"),
        ("a\u{2066}b", "isolate"),
        ("a\u{feff}b", "invisible"),
    ] {
        let body = json!({
            "query": "mutation($input: DeliverServiceInput!) { deliverService(input: $input) { ... on Rejected { code field } } }",
            "variables": { "input": { "commandId": "7f0c1c1e-6a43-4c64-9a57-0d4d3c0e0b11", "personId": person, "service": "JOB_FAIR", "remarks": text } },
        });
        let answer = server.post(body.to_string().as_bytes());
        assert!(
            answer.contains("\"code\":\"BAD_CHARACTERS\"") && answer.contains("\"field\":\"remarks\""),
            "{what}: {answer}"
        );
    }
}

#[test]
fn idle_and_dribbling_clients_hold_up_nobody() {
    let place = Place::with_people();
    let server = Server::of(&place.data());
    server.post(&query("{ head { position } }"));
    let before = server.memory();
    let mut idle: Vec<TcpStream> =
        (0..IDLE).map(|_| TcpStream::connect(server.address).expect("it accepts")).collect();
    for socket in &mut idle {
        socket.write_all(b"P").expect("one byte is taken");
    }
    let address = server.address;
    let dribbler = thread::spawn(move || {
        let mut socket = TcpStream::connect(address).expect("it accepts");
        socket.set_read_timeout(Some(Duration::from_secs(60))).expect("it can be set");
        let started = Instant::now();
        let head = b"POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 4000\r\n\r\n";
        socket.write_all(head).expect("the head is taken");
        let mut writing = socket.try_clone().expect("it can be cloned");
        // One byte a second, until the server has had enough.
        thread::spawn(move || {
            while writing.write_all(b" ").is_ok() {
                thread::sleep(Duration::from_secs(1));
            }
        });
        let mut answer = Vec::new();
        let _ = socket.read_to_end(&mut answer);
        (String::from_utf8_lossy(&answer).into_owned(), started.elapsed())
    });
    for _ in 0..50 {
        let answer = server.post(&query("{ progress { registered } }"));
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    }
    let grown = server.memory().saturating_sub(before);
    assert!(grown < MEMORY_MAX, "{grown} bytes for {IDLE} connections");
    let (answer, took) = dribbler.join().expect("it ends");
    assert!(answer.starts_with("HTTP/1.1 408 ") && answer.contains("TIMEOUT"), "{answer}");
    assert!(took < Duration::from_secs(45), "{took:?}");
}
