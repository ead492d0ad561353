//! Readers of events while the real server is killed under its writers: whatever breaks, each of them has everything in the end, once.

use std::{
    collections::BTreeMap,
    env,
    io::{BufRead, BufReader, ErrorKind, Write},
    net::{SocketAddr, TcpStream},
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::SeqCst},
    },
    thread,
    time::Duration,
};

use serde_json::{Value, json};
use sigeyi_tests::{Place, Server, head, until};

const WRITERS: usize = 8;
/// Answers after which the server is killed.
const KILLED_AFTER: usize = 300;
/// How often it is killed, unless `SIGEYI_FOLLOWING_ROUNDS` says otherwise.
const ROUNDS: usize = 10;
/// A reader looks up whether it is time to end at least so often.
const LOOKS_UP_EVERY: Duration = Duration::from_millis(200);
/// Between two attempts, so that whoever writes has the machine.
const PAUSE: Duration = Duration::from_millis(10);
/// Messages or lines after which a reader breaks off by itself, at most.
const BROKEN_OFF_AFTER_MAX: u64 = 90;
/// A county with some of the people.
const COUNTY: &str = "150102";

/// What is shared with the readers.
struct Shared {
    /// Where the server listens now.
    address: Mutex<SocketAddr>,
    /// Everybody may end who has come so far; zero until that is known.
    goal: AtomicU64,
    is_failed: AtomicBool,
}

/// What a reader has.
#[derive(Default)]
struct Reader {
    cursor: u64,
    seen: Vec<(u64, Value)>,
    broken: u32,
    state: u64,
}

impl Reader {
    fn new(seed: u64) -> Reader {
        Reader { state: seed, ..Reader::default() }
    }

    /// A number that is different each time, and the same in each run.
    fn random(&mut self, below: u64) -> u64 {
        self.state =
            self.state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.state >> 33) % below
    }

    fn take(&mut self, event: &str) {
        let event: Value = serde_json::from_str(event).unwrap_or_else(|error| panic!("{error}: {event}"));
        let position = event["id"].as_str().expect("it has an id").parse().expect("a position");
        assert!(position > self.cursor, "{position} comes after {}", self.cursor);
        self.cursor = position;
        self.seen.push((position, event));
    }
}

/// A line that has come whole, or none when the connection is over, it is time to end, or nothing came for long.
fn line(reader: &mut BufReader<TcpStream>, shared: &Shared, is_done: impl Fn() -> bool) -> Option<String> {
    let mut bytes = Vec::new();
    loop {
        match reader.read_until(b'\n', &mut bytes) {
            Ok(_) if bytes.ends_with(b"\n") => return String::from_utf8(bytes).ok(),
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                if is_done() || shared.is_failed.load(SeqCst) {
                    return None;
                }
            }
            Ok(_) | Err(_) => return None,
        }
    }
}

/// Asks in HTTP/1.0, so that the body comes as it is, until the connection ends. None where nobody listens.
fn ask(shared: &Shared, path: &str, headers: &str) -> Option<BufReader<TcpStream>> {
    let address = *shared.address.lock().expect("not poisoned");
    let mut socket = TcpStream::connect(address).ok()?;
    socket.set_read_timeout(Some(LOOKS_UP_EVERY)).ok()?;
    socket.write_all(format!("GET {path} HTTP/1.0\r\nHost: localhost\r\n{headers}\r\n").as_bytes()).ok()?;
    let mut reader = BufReader::new(socket);
    let status = line(&mut reader, shared, || false)?;
    // Places of those who have just broken off may still be taken.
    if status.contains(" 503 ") {
        return None;
    }
    assert!(status.starts_with("HTTP/1.0 200") || status.starts_with("HTTP/1.1 200"), "{path}: {status}");
    while line(&mut reader, shared, || false)?.trim() != "" {}
    Some(reader)
}

/// Follows as it happens, breaks off at any moment, and comes again behind what it has seen.
fn follow(shared: &Shared, filter: &str, mut reader: Reader) -> Reader {
    let is_done = |cursor: u64| {
        let goal = shared.goal.load(SeqCst);
        goal > 0 && cursor >= goal
    };
    while !is_done(reader.cursor) && !shared.is_failed.load(SeqCst) {
        let headers = format!("Accept: text/event-stream\r\nLast-Event-ID: {}\r\n", reader.cursor);
        let Some(mut stream) = ask(shared, &format!("/events?{filter}"), &headers) else {
            thread::sleep(PAUSE);
            continue;
        };
        let mut left = 1 + reader.random(BROKEN_OFF_AFTER_MAX);
        let (mut name, mut id) = (String::new(), 0);
        while left > 0 && !is_done(reader.cursor) {
            let cursor = reader.cursor;
            let Some(text) = line(&mut stream, shared, || is_done(cursor)) else { break };
            match text.trim_end().split_once(": ") {
                Some(("event", event)) => name = event.to_owned(),
                Some(("id", position)) => id = position.parse().expect("a position"),
                Some(("data", _)) if name == "heartbeat" => {
                    assert!(id >= reader.cursor);
                    reader.cursor = id;
                }
                Some(("data", _)) if name == "ended" => break,
                Some(("data", data)) => {
                    reader.take(data);
                    assert_eq!(reader.cursor, id);
                    left -= 1;
                }
                _ => {}
            }
        }
        reader.broken += 1;
    }
    reader
}

/// Takes files one after the other, none of which need be whole.
fn take_files(shared: &Shared, filter: &str, mut reader: Reader) -> Reader {
    let mut from = 0;
    loop {
        let goal = shared.goal.load(SeqCst);
        if (goal > 0 && from >= goal) || shared.is_failed.load(SeqCst) {
            return reader;
        }
        let Some(mut file) = ask(shared, &format!("/events.ndjson?from={from}{filter}"), "") else {
            thread::sleep(PAUSE);
            continue;
        };
        let (mut count, before) = (0, reader.cursor);
        let mut left = 1 + reader.random(BROKEN_OFF_AFTER_MAX * 20);
        while left > 0 {
            let Some(text) = line(&mut file, shared, || false) else { break };
            let json: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
            if let Some(end) = json.get("end") {
                assert_eq!(end["count"], count, "{end}");
                from = end["through"].as_str().expect("a text").parse().expect("a position");
                thread::sleep(PAUSE);
                break;
            }
            assert_eq!(json.get("error"), None, "{json}");
            reader.take(&text);
            from = reader.cursor;
            count += 1;
            left -= 1;
        }
        assert!(reader.cursor >= before);
        reader.broken += 1;
    }
}

fn ids(server: &Server) -> Vec<String> {
    let query = json!({ "query": "{ people(first: 200) { nodes { id } } }" });
    let answer = Server::post_if_it_lives(server.address, &serde_json::to_vec(&query).expect("it is JSON"));
    let answer: Value = serde_json::from_str(&answer.expect("it answers")).expect("it is JSON");
    let nodes = answer["data"]["people"]["nodes"].as_array().expect("a list").clone();
    nodes.iter().map(|node| node["id"].as_str().expect("an id").to_owned()).collect()
}

fn service(number: u64, people: &[String]) -> Vec<u8> {
    let input = json!({
        "commandId": format!("00000000-0000-4000-8000-{number:012x}"),
        "personId": people[number as usize % people.len()],
        "service": "JOB_REFERRAL",
    });
    let query = "mutation($input: DeliverServiceInput!) { deliverService(input: $input) { ... on Recorded { position } } }";
    serde_json::to_vec(&json!({ "query": query, "variables": { "input": input } })).expect("it is JSON")
}

/// Writes until the server is gone, which is killed after so many answers.
fn write_until_killed(server: Server, people: &[String], next: &AtomicU64) {
    let (address, answered) = (server.address, AtomicUsize::new(0));
    thread::scope(|scope| {
        for _ in 0..WRITERS {
            scope.spawn(|| {
                while let number = next.fetch_add(1, SeqCst)
                    && Server::post_if_it_lives(address, &service(number, people)).is_some()
                {
                    answered.fetch_add(1, SeqCst);
                }
            });
        }
        until("enough answers", || answered.load(SeqCst) >= KILLED_AFTER);
        server.kill();
    });
}

/// Makes sure that nobody waits for a goal that never comes.
struct EndsReaders<'s>(&'s Shared);

impl Drop for EndsReaders<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.is_failed.store(true, SeqCst);
        }
    }
}

#[test]
fn whatever_breaks_every_reader_has_everything_once() {
    let rounds = env::var("SIGEYI_FOLLOWING_ROUNDS").ok().and_then(|it| it.parse().ok()).unwrap_or(ROUNDS);
    let place = Place::with_people();
    let data = place.data();
    let server = Server::of(&data);
    let people = ids(&server);
    let shared = Shared {
        address: Mutex::new(server.address),
        goal: AtomicU64::new(0),
        is_failed: AtomicBool::new(false),
    };
    let (of_county, next) = (format!("region={COUNTY}"), AtomicU64::new(0));
    let shared = &shared;
    let (readers, whole) = thread::scope(|scope| {
        let ends = EndsReaders(shared);
        let readers = vec![
            scope.spawn(|| follow(shared, "", Reader::new(1))),
            scope.spawn(|| follow(shared, "", Reader::new(2))),
            scope.spawn(|| take_files(shared, "", Reader::new(3))),
            scope.spawn(|| follow(shared, "step=ServiceDelivered", Reader::new(4))),
            scope.spawn(|| follow(shared, &of_county, Reader::new(5))),
            scope.spawn(|| take_files(shared, "&step=ServiceDelivered", Reader::new(6))),
        ];
        write_until_killed(server, &people, &next);
        for _ in 1..rounds {
            let server = Server::of(&data);
            *shared.address.lock().expect("not poisoned") = server.address;
            write_until_killed(server, &people, &next);
        }
        let server = Server::of(&data);
        *shared.address.lock().expect("not poisoned") = server.address;
        // One more, of somebody in the county, which every filter lets through.
        let last = whole_log(shared);
        let of_county = |event: &&Value| event["region"] == COUNTY && event.get("subject").is_some();
        let person = last.values().find(of_county).expect("somebody there")["subject"].as_str();
        let person = vec![person.expect("an id").to_owned()];
        let number = next.fetch_add(1, SeqCst);
        Server::post_if_it_lives(server.address, &service(number, &person)).expect("it lives");
        let whole = whole_log(shared);
        shared.goal.store(whole.len() as u64, SeqCst);
        let readers: Vec<Reader> =
            readers.into_iter().map(|reader| reader.join().expect("no reader fails")).collect();
        drop(ends);
        server.signal("TERM");
        assert!(server.ended().0.success());
        (readers, whole)
    });
    assert_eq!(head(&data), whole.len() as u64, "the file was whole");
    let is_service = |event: &Value| event["type"] == "sigeyi.ServiceDelivered.v1";
    let is_there = |event: &Value| event["region"] == COUNTY;
    let wanted: [&dyn Fn(&Value) -> bool; 6] =
        [&|_| true, &|_| true, &|_| true, &is_service, &is_there, &is_service];
    for (number, (reader, wanted)) in readers.into_iter().zip(wanted).enumerate() {
        let expected: Vec<(u64, Value)> =
            whole.iter().filter(|(_, event)| wanted(event)).map(|(at, event)| (*at, event.clone())).collect();
        assert!(expected.len() > 50, "{number}: {}", expected.len());
        assert!(reader.broken > rounds as u32, "{number}: it was broken off {} times", reader.broken);
        let positions = |events: &[(u64, Value)]| events.iter().map(|(at, _)| *at).collect::<Vec<_>>();
        assert_eq!(positions(&reader.seen), positions(&expected), "reader {number}");
        assert!(reader.seen == expected, "reader {number} was given another event at the same position");
    }
}

/// Everything by position, of one whole file.
fn whole_log(shared: &Shared) -> BTreeMap<u64, Value> {
    let mut file = ask(shared, "/events.ndjson", "").expect("it lives");
    let mut events = BTreeMap::new();
    loop {
        let text = line(&mut file, shared, || false).expect("a whole file");
        let event: Value = serde_json::from_str(&text).expect("it is JSON");
        if event.get("end").is_some() {
            let positions: Vec<u64> = events.keys().copied().collect();
            assert_eq!(positions, (1..=events.len() as u64).collect::<Vec<_>>());
            return events;
        }
        events.insert(event["id"].as_str().expect("an id").parse().expect("a position"), event);
    }
}
