//! Streams that nobody reads: they cost the server the same however much there would be to give, and keep no writer waiting.

use std::{
    io::{BufRead, BufReader, Write},
    net::TcpStream,
};

use serde_json::{Value, json};
use sigeyi_tests::{Place, Server, succeed, text};

/// Some 23,000 events: several times what sockets hold of them.
const PEOPLE: &str = "5000";
const STREAMS: usize = 60;
const WRITTEN: usize = 200;
/// Memory of the server for each of them, in bytes, the threads that read for it included. All that one is to be given takes some 10 MB.
const BYTES_EACH_MAX: u64 = 3 << 20;

fn post(server: &Server, query: &str, variables: Value) -> Value {
    let body = json!({ "query": query, "variables": variables });
    let body = serde_json::to_vec(&body).expect("it is JSON");
    let answer = Server::post_if_it_lives(server.address, &body).expect("it lives");
    serde_json::from_str(&answer).expect("it is JSON")
}

fn write(server: &Server, person: &str, number: usize) {
    let query = "mutation($input: DeliverServiceInput!) { deliverService(input: $input) { __typename } }";
    let id = format!("00000000-0000-4000-8000-{number:012x}");
    let input = json!({ "commandId": id, "personId": person, "service": "JOB_FAIR" });
    let answer = post(server, query, json!({ "input": input }));
    assert_eq!(answer["data"]["deliverService"]["__typename"], "Recorded", "{answer}");
}

#[test]
fn streams_that_nobody_reads_cost_little_and_keep_no_writer_waiting() {
    let place = Place::empty();
    let data = place.data();
    succeed(&["demo", "--people", PEOPLE, "--seed", "7", "--data", text(&data), "--no-serve"]);
    let server = Server::of(&data);
    let answer = post(&server, "{ people(first: 1) { nodes { id } } }", json!({}));
    let person = answer["data"]["people"]["nodes"][0]["id"].as_str().expect("an id").to_owned();
    write(&server, &person, 0);
    let before = server.memory();
    let streams: Vec<TcpStream> = (0..STREAMS)
        .map(|_| {
            let mut socket = TcpStream::connect(server.address).expect("it accepts");
            let request =
                "GET /events?after=0 HTTP/1.0\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n";
            socket.write_all(request.as_bytes()).expect("it is sent");
            socket
        })
        .collect();
    for number in 1..=WRITTEN {
        write(&server, &person, number);
    }
    let grown = server.memory().saturating_sub(before);
    assert!(grown < STREAMS as u64 * BYTES_EACH_MAX, "{grown} bytes for {STREAMS} streams");
    // Whoever reads after all is given everything from the first event on, until it is told to come again, or cut off on a slow machine.
    let stream = streams.into_iter().next().expect("there are some");
    let mut expected = 0;
    for line in BufReader::new(stream).lines().map_while(Result::ok) {
        if let Some(position) = line.strip_prefix("id: ") {
            // The first one is where it begins.
            assert_eq!(position, expected.to_string());
            expected += 1;
        }
        if line.starts_with("event: ended") || expected > 20_000 {
            break;
        }
    }
    assert!(expected > 100, "{expected}");
}
