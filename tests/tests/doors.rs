//! What the real server answers when it must not show anybody, and what an operator can say about browsers and clients.

use std::{
    fs,
    io::{Read, Write},
    net::TcpStream,
};

use serde_json::{Value, json};
use sigeyi_tests::{Place, Server, USAGE, fail, succeed, text};

const FIGURES: &str = "{ progress { registered } }";
const PEOPLE: &str = "{ people(first: 5) { nodes { id } } }";

/// Of a manager of the whole.
fn token(place: &Place) -> String {
    let issue = ["token", "--data", text(&place.data()), "--role", "manager", "--region", "150000"]
        .map(str::to_owned)
        .to_vec();
    let issue: Vec<&str> = issue.iter().map(String::as_str).collect();
    let token = succeed(&[&issue[..], &["--actor", "manager-1", "--office", "office-1"]].concat());
    token.trim().to_owned()
}

struct Answer {
    status: String,
    head: String,
    body: Value,
}

impl Answer {
    fn header(&self, name: &str) -> Option<&str> {
        self.head
            .lines()
            .filter_map(|line| line.split_once(": "))
            .find_map(|(found, value)| found.eq_ignore_ascii_case(name).then_some(value))
    }

    fn code(&self) -> &str {
        self.body["errors"][0]["extensions"]["code"].as_str().unwrap_or_default()
    }
}

fn ask(server: &Server, token: &str, query: &str) -> Answer {
    let body = json!({ "query": query }).to_string();
    let mut socket = TcpStream::connect(server.address).expect("it accepts");
    let request = format!(
        "POST /graphql HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    socket.write_all(request.as_bytes()).expect("it is sent");
    let mut answer = String::new();
    socket.read_to_string(&mut answer).expect("it answers");
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
    let status = head.split(' ').nth(1).expect("a status").to_owned();
    Answer { status, head: head.to_owned(), body: serde_json::from_str(body).unwrap_or_default() }
}

#[test]
fn while_the_access_log_cannot_be_written_nobody_is_shown_and_figures_go_on() {
    let place = Place::with_people();
    let data = place.data();
    let serve = ["serve", "--data", text(&data)];
    let server = Server::asking_for_tokens(&serve);
    let token = token(&place);
    let shown = ask(&server, &token, PEOPLE);
    assert_eq!((shown.status.as_str(), shown.header("cache-control")), ("200", Some("no-store")));
    assert_eq!(shown.body["data"]["people"]["nodes"].as_array().map(Vec::len), Some(5), "{}", shown.body);
    let registered = ask(&server, &token, FIGURES).body["data"]["progress"]["registered"].clone();
    assert!(registered.as_u64() > Some(0), "{registered}");
    server.signal("TERM");
    assert!(server.ended().0.success());

    let segments: Vec<_> = fs::read_dir(data.join("access"))
        .expect("it was made")
        .map(|entry| entry.expect("it can be read").path())
        .filter(|path| path.extension().is_some_and(|it| it == "log"))
        .collect();
    let [segment] = &segments[..] else { panic!("{segments:?}") };
    let mut bytes = fs::read(segment).expect("it is there");
    bytes[..200].iter_mut().for_each(|byte| *byte ^= 0xff);
    fs::write(segment, bytes).expect("it is written");

    let server = Server::asking_for_tokens(&serve);
    let refused = ask(&server, &token, PEOPLE);
    assert_eq!((refused.status.as_str(), refused.code()), ("503", "ACCESS_LOG_UNAVAILABLE"));
    assert!(refused.header("retry-after").is_some_and(|it| it.parse::<u32>().is_ok_and(|it| it > 0)));
    assert_eq!(refused.body.get("data"), None, "{}", refused.body);
    let both = ask(&server, &token, "{ progress { registered } people { nodes { id } } }");
    assert_eq!((both.status.as_str(), both.body.get("data")), ("503", None));
    let figures = ask(&server, &token, FIGURES);
    assert_eq!(figures.status, "200");
    assert_eq!(figures.body["data"]["progress"]["registered"], registered, "{}", figures.body);
    assert_eq!(server.ask("/readyz", "").split(' ').nth(1), Some("200"), "commands and figures go on");
}

#[test]
fn what_an_operator_says_about_browsers_and_clients_holds() {
    let place = Place::with_people();
    let data = place.data();
    let said = ["--introspection", "off", "--graphiql", "on", "--allow-origin", "https://app.example.org"];
    let said = [&["serve", "--data", text(&data), "--cost-per-minute", "6000"], &said[..]].concat();
    let server = Server::asking_for_tokens(&said);
    let token = token(&place);
    assert_eq!(ask(&server, &token, "{ __schema { types { name } } }").code(), "INTROSPECTION_OFF");
    assert!(server.ask("/graphiql", "").starts_with("HTTP/1.1 200 "));
    let origin = "Origin: https://app.example.org\r\n";
    assert!(
        server.ask("/graphql", origin).contains("access-control-allow-origin: https://app.example.org\r\n")
    );
    // A page of 200 with five fields costs all that there is at once.
    let page = "{ people(first: 200) { nodes { id version age sex enrolledOn } } }";
    assert_eq!(ask(&server, &token, page).status, "200");
    let refused = ask(&server, &token, page);
    assert_eq!((refused.status.as_str(), refused.code()), ("429", "RATE_LIMITED"));
    assert!(refused.header("retry-after").is_some());

    let usual =
        Server::asking_for_tokens(&["demo", "--people", "5", "--data", text(&place.path("demo")), "--serve"]);
    assert!(usual.ask("/graphiql", "").starts_with("HTTP/1.1 200 "), "a demo is for trying");
}

#[test]
fn what_cannot_be_said_about_them_is_refused_before_anything_is_opened() {
    let place = Place::empty();
    let data = place.data();
    let serve = ["serve", "--data", text(&data)];
    for wrong in [
        &["--allow-origin", "*"][..],
        &["--allow-origin", "https://app.example.org/path"],
        &["--without-identity", "--allow-origin", "https://app.example.org"],
        &["--introspection", "perhaps"],
        &["--cost-per-minute", "0"],
        &["--issuer-ca", "ca.pem"],
        &["--issuer-ca", "ca.pem", "--jwks", "keys.json"],
    ] {
        let said = fail(&[&serve[..], wrong].concat(), USAGE);
        assert!(said.contains(wrong[wrong.len() - 2]) || said.contains(wrong[wrong.len() - 1]), "{said}");
    }
    assert!(!data.exists());
    let nowhere = place.path("ca.pem");
    let said = fail(
        &[&serve[..], &["--issuer", "https://id.example.org", "--issuer-ca", text(&nowhere)]].concat(),
        sigeyi_tests::FAILED,
    );
    assert!(said.contains("ca.pem cannot be read"), "{said}");
}
