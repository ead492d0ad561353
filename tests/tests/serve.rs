//! The server as a process: where it listens, how it ends, and what it leaves behind.

use std::{io::Write, net::TcpStream};

use sigeyi_tests::{FAILED, HELD, Place, Server, USAGE, fail, head, sigeyi, succeed, text, until};

#[test]
fn it_serves_until_a_signal_and_gives_the_directory_back() {
    let place = Place::with_people();
    let events = head(&place.data());
    for signal in ["TERM", "INT"] {
        let server = Server::of(&place.data());
        assert!(server.ask("/healthz", "").ends_with("\r\n\r\nok\n"));
        assert!(server.ask("/readyz", "").starts_with("HTTP/1.1 200 "));
        let metrics = server.ask("/metrics", "");
        assert!(metrics.contains(&format!("\nsigeyi_head_position {events}.0\n")), "{metrics}");
        assert!(
            metrics.contains("\nsigeyi_people ") && !metrics.contains("\nsigeyi_people 0.0"),
            "{metrics}"
        );
        let said = fail(&["progress", "--data", text(&place.data())], HELD);
        assert!(said.contains("another process"), "{said}");
        server.signal(signal);
        let (status, said) = server.ended();
        assert_eq!(status.code(), Some(0), "{said}");
        assert_eq!(head(&place.data()), events);
    }
}

#[test]
fn a_second_signal_ends_it_at_once_although_a_client_takes_nothing() {
    let place = Place::with_people();
    let server = Server::of(&place.data());
    let page = server.ask("/graphiql", "");
    let script = page.split('"').find(|it| it.ends_with(".js")).expect("the page has a script");
    let mut socket = TcpStream::connect(server.address).expect("it accepts");
    // More than the kernel buffers, and nobody reads.
    let request = format!("GET {script} HTTP/1.1\r\nHost: localhost\r\naccept-encoding: gzip\r\n\r\n");
    socket.write_all(request.repeat(100).as_bytes()).expect("it is sent");
    socket.peek(&mut [0]).expect("it has begun to answer");
    server.signal("TERM");
    until("its word that it stops", || server.is_told("a second signal"));
    until("the end of listening", || TcpStream::connect(server.address).is_err());
    assert!(!server.is_told("stopped:"), "it waits for its client");
    server.signal("TERM");
    let (status, said) = server.ended();
    assert_eq!(status.code(), Some(FAILED), "{said}");
    assert!(said.contains("ended at once"), "{said}");
    assert!(head(&place.data()) > 0, "the directory is as good as after any end");
}

#[test]
fn without_identity_or_without_tls_it_listens_on_this_machine_only() {
    let place = Place::with_people();
    let data = place.data();
    let anywhere = ["serve", "--data", text(&data), "--listen", "0.0.0.0:0"];
    let said = fail(&anywhere, USAGE);
    assert!(said.contains("tokens must not travel in clear"), "{said}");
    assert!(!data.join("identity").exists(), "no key was made");
    let said = fail(&[&anywhere[..], &["--without-identity"]].concat(), USAGE);
    assert!(said.contains("without identity everybody who can connect"), "{said}");
}

#[test]
fn what_cannot_be_served_is_named() {
    let place = Place::with_people();
    let data = place.data();
    let nowhere = place.path("nowhere.pem");
    let tls = ["--tls-certificate", text(&nowhere), "--tls-key", text(&nowhere)];
    let said = fail(&[&["serve", "--data", text(&data)], tls.as_slice()].concat(), FAILED);
    assert!(said.contains("nowhere.pem cannot be read as PEM"), "{said}");
    fail(&["serve", "--data", text(&data), "--tls-key", text(&nowhere)], USAGE);
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("it listens");
    let address = taken.local_addr().expect("it has an address").to_string();
    let said = fail(&["serve", "--data", text(&data), "--listen", &address], FAILED);
    assert!(said.contains(&address), "{said}");
    let said = fail(&["serve", "--data", text(&place.path("empty"))], FAILED);
    assert!(said.contains("holds no data"), "{said}");
}

#[test]
fn the_log_is_json_where_that_is_asked_for_and_the_page_can_be_left_out() {
    let place = Place::with_people();
    let server =
        Server::start(&["serve", "--data", text(&place.data()), "--log-format", "json", "--graphiql", "off"]);
    assert!(server.ask("/graphiql?name=secret", "").starts_with("HTTP/1.1 404 "));
    server.signal("TERM");
    let (status, said) = server.ended();
    assert_eq!(status.code(), Some(0), "{said}");
    let lines: Vec<serde_json::Value> = said
        .lines()
        .filter(|line| line.starts_with('{'))
        .map(|line| serde_json::from_str(line).expect("a line is JSON"))
        .collect();
    let request = lines.iter().find(|line| line["message"] == "request").expect("the request is there");
    assert_eq!((&request["path"], &request["status"]), (&"other".into(), &404.into()));
    assert!(!said.contains("secret"), "{said}");
}

#[test]
fn every_request_has_its_line_in_the_log_also_those_right_before_the_end() {
    const REQUESTS: usize = 300;
    let place = Place::with_people();
    let server = Server::start(&["serve", "--data", text(&place.data()), "--log-format", "json"]);
    for _ in 0..REQUESTS {
        server.ask("/healthz", "");
    }
    server.signal("TERM");
    let (status, said) = server.ended();
    assert_eq!(status.code(), Some(0), "{said}");
    let lines: Vec<serde_json::Value> =
        said.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let requests = lines.iter().filter(|line| line["message"] == "request").count();
    assert_eq!(requests, REQUESTS);
    let stopped = lines.iter().position(|line| line["message"] == "stopped");
    assert_eq!(stopped, Some(lines.len() - 1), "the last line is there too: {said}");
}

#[test]
fn a_hang_up_reads_the_certificate_again_and_keeps_the_old_one_when_it_is_bad() {
    let place = Place::with_people();
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
    let (certificate, key) = (place.path("certificate.pem"), place.path("key.pem"));
    std::fs::write(&certificate, made.cert.pem()).expect("it is written");
    std::fs::write(&key, made.signing_key.serialize_pem()).expect("it is written");
    let tls = ["--tls-certificate", text(&certificate), "--tls-key", text(&key)];
    let server = Server::start(&[&["serve", "--data", text(&place.data())], tls.as_slice()].concat());
    server.signal("HUP");
    until("its word that it has read them", || server.is_told("certificate and key were read again"));
    std::fs::write(&key, "no key").expect("it is written");
    server.signal("HUP");
    until("its word that they cannot be used", || server.is_told("the old ones stay"));
    server.signal("TERM");
    let (status, said) = server.ended();
    assert_eq!(status.code(), Some(0), "{said}");
}

#[test]
fn the_demo_goes_on_serving_where_that_is_asked_for_and_ends_otherwise() {
    let place = Place::empty();
    let data = place.data();
    let server = Server::start(&["demo", "--people", "50", "--seed", "7", "--data", text(&data), "--serve"]);
    assert!(server.ask("/metrics", "").contains("\nsigeyi_people 50.0\n"));
    server.signal("INT");
    assert_eq!(server.ended().0.code(), Some(0));
    let args = ["demo", "--people", "50", "--seed", "7", "--data", text(&data)];
    assert!(!succeed(&args).contains("listening"), "without a terminal it ends");
    assert!(!succeed(&[args.as_slice(), &["--no-serve"]].concat()).contains("listening"));
    let output = sigeyi(&[args.as_slice(), &["--serve", "--no-serve"]].concat());
    assert_eq!(output.status.code(), Some(USAGE));
}
