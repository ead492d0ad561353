//! A server that asks for tokens, and the commands that have one.

use std::process::{Command, Output, Stdio};

use sigeyi_tests::{Place, Server, USAGE, binary, fail, succeed, text};

/// Exit code: the server refuses.
const REFUSED: i32 = 6;

fn with_token(token: &str, args: &[&str]) -> Output {
    Command::new(binary())
        .args(args)
        .env("SIGEYI_TOKEN", token)
        .stdin(Stdio::null())
        .output()
        .expect("the binary starts")
}

#[test]
fn a_command_with_a_token_is_answered_and_one_without_is_refused() {
    let place = Place::with_people();
    let data = place.data();
    let server = Server::asking_for_tokens(&["serve", "--data", text(&data)]);
    let issue = ["token", "--data", text(&data), "--role", "manager", "--region", "150000"];
    let token = succeed(&[&issue[..], &["--actor", "manager-1", "--office", "office-1"]].concat());
    let url = format!("http://{}", server.address);
    let progress = ["progress", "--server", &url];

    let said = fail(&progress, REFUSED);
    assert!(said.contains("UNAUTHENTICATED") && said.contains("--token-file"), "{said}");
    let refused = with_token("nonsense", &progress);
    assert_eq!(refused.status.code(), Some(REFUSED));
    let said = String::from_utf8(refused.stderr).expect("it says UTF-8");
    assert!(said.contains("does not believe the token") && !said.contains("nonsense"), "{said}");

    let answered = with_token(&token, &progress);
    assert!(answered.status.success(), "{}", String::from_utf8_lossy(&answered.stderr));
    let file = place.file("token.txt", &token);
    let printed = succeed(&[&progress[..], &["--token-file", text(&file)]].concat());
    assert_eq!(printed.as_bytes(), answered.stdout);

    let exposed = with_token(&token, &["progress", "--server", "http://sigeyi.example.org"]);
    assert_eq!(exposed.status.code(), Some(USAGE));
    let said = String::from_utf8(exposed.stderr).expect("it says UTF-8");
    assert!(said.contains("use https") && !said.contains(token.trim()), "{said}");
    assert!(!server.is_told(token.trim()), "no token is in the log");
}

#[test]
fn the_demo_takes_tokens_of_its_own_key() {
    let place = Place::empty();
    let data = place.data();
    let demo = ["demo", "--people", "50", "--seed", "7", "--data", text(&data), "--serve"];
    let server = Server::asking_for_tokens(&demo);
    assert!(server.ask("/metrics", "").starts_with("HTTP/1.1 401 "));
    let issue = ["token", "--data", text(&data), "--role", "operator", "--region", "150000"];
    let token = succeed(&[&issue[..], &["--actor", "operator-1", "--office", "office-1"]].concat());
    let headers = format!("Authorization: Bearer {}\r\n", token.trim());
    assert!(server.ask("/metrics", &headers).contains("\nsigeyi_people 50.0\n"));
}
