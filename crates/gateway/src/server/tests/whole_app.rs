//! The layers and the routes that the server brings with it.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use axum::{
    Extension, Router,
    http::HeaderMap,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use sigeyi_domain::{
    Identifier,
    access::{Grants, Role, RoleGrant},
    divisions,
};
use tokio::sync::watch;
use tracing_subscriber::fmt::MakeWriter;

use super::running::{Answer, Running};
use crate::{
    ServeOptions, TlsFiles, Visitors,
    answer_headers::Transport,
    app::{Parts, app},
    identities::Identities,
    metrics::Metrics,
    probes::{AskReady, Readiness},
    request_id::{Outcome, RequestId},
    server::limits::ConnectionLimits,
    subject::Subject,
};

/// A transport as the real ones are, as far as the layers see.
fn transport() -> Router {
    let graphql = async |Extension(id): Extension<RequestId>| {
        let outcome = Outcome {
            kind: "query",
            operation: Some("Prog-ress 王五\n2023".to_owned() + &"x".repeat(100)),
            code: Some("OVERLOADED".to_owned()),
        };
        let mut response = id.0.to_string().into_response();
        response.extensions_mut().insert(outcome);
        response
    };
    let typed = |content_type: &'static str| {
        async move || -> Response {
            ([("content-type", content_type)], "{\"a\":1}".repeat(1_000)).into_response()
        }
    };
    Router::new()
        .route("/graphql", post(graphql))
        .route("/large", get(typed("application/json")))
        .route("/events", get(typed("text/event-stream")))
        .route("/parts", get(typed("multipart/mixed; boundary=\"-\"")))
        .route("/small", get(async || "small"))
        .route("/echo", get(async |headers: HeaderMap| format!("{headers:?}")))
}

fn everybody() -> Arc<Identities> {
    Arc::new(Identities::Everybody)
}

/// Without a page, without TLS, and without pages of others.
fn parts(
    metrics: Arc<Metrics>,
    ask_ready: AskReady,
    shutting_down: watch::Receiver<bool>,
    identities: Arc<Identities>,
) -> Parts {
    let (transport, origins) = (Transport::Other, Arc::default());
    Parts { metrics, ask_ready, shutting_down, graphiql: false, identities, transport, origins }
}

pub(crate) struct Whole {
    running: Running,
    is_ready: Arc<AtomicBool>,
}

pub(crate) fn whole(graphiql: bool) -> Whole {
    let is_ready = Arc::new(AtomicBool::new(true));
    let ask = is_ready.clone();
    let make = move |metrics, shutting_down| {
        let ask_ready: AskReady = Arc::new(move || match ask.load(Ordering::SeqCst) {
            true => Readiness::Ready,
            false => Readiness::NotReady("已停止记录 recording has stopped".to_owned()),
        });
        let parts = parts(metrics, ask_ready, shutting_down, everybody());
        app(transport(), Parts { graphiql, ..parts })
    };
    Whole { running: Running::start_with(make, ConnectionLimits::default(), None), is_ready }
}

pub(crate) async fn get_from(whole: &Whole, path: &str, headers: &str) -> Answer {
    whole.running.get(path, headers).await
}

async fn post_graphql(whole: &Whole, headers: &str, body: &str) -> Answer {
    let length = body.len();
    let request = format!(
        "POST /graphql?query=secret HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n{headers}content-length: {length}\r\n\r\n{body}"
    );
    whole.running.ask(&request).await
}

/// The lines that are logged on this thread.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("not poisoned").extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Lines;

    fn make_writer(&'a self) -> Lines {
        self.clone()
    }
}

#[tokio::test]
async fn the_log_has_one_line_a_request_and_nothing_that_the_client_wrote() {
    let lines = Lines::default();
    let subscriber = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_max_level(tracing::Level::TRACE)
        .with_writer(lines.clone());
    let _guard = tracing::subscriber::set_default(subscriber.finish());
    let whole = whole(false);
    let headers = "x-request-id: chosen\r\nauthorization: Bearer hidden\r\n";
    let answer = post_graphql(&whole, headers, r#"{"query":"{ person(id: 1) }"}"#).await;
    let unknown = get_from(&whole, "/nobody/150102197001010011?secret", "").await;
    assert_eq!((answer.status, unknown.status), (200, 404));

    let text = String::from_utf8(lines.0.lock().expect("not poisoned").clone()).expect("the log is UTF-8");
    let logged: Vec<serde_json::Value> =
        text.lines().map(|line| serde_json::from_str(line).expect("a line is JSON")).collect();
    assert_eq!(logged.len(), 2, "{text}");
    let expected_name = "Progress2023".to_owned() + &"x".repeat(52);
    for (key, value) in [
        ("method", "POST".into()),
        ("path", "/graphql".into()),
        ("status", 200.into()),
        ("kind", "query".into()),
        ("operation", serde_json::Value::from(expected_name)),
        ("code", "OVERLOADED".into()),
        ("request_id", answer.text().into()),
    ] {
        assert_eq!(logged[0][key], value, "{key} in {text}");
    }
    assert!(logged[0]["milliseconds"].as_f64().is_some_and(|it| it > 0.0), "{text}");
    assert_eq!((&logged[1]["path"], &logged[1]["status"]), (&"other".into(), &404.into()), "{text}");
    for hidden in
        ["secret", "person", "hidden", "chosen", "150102", "127.0.0.1", "王五", "Bearer", "localhost"]
    {
        assert!(!text.contains(hidden), "{hidden} is in the log: {text}");
    }
}

#[tokio::test]
async fn the_request_id_is_the_servers_own() {
    let whole = whole(false);
    let ids = ["x-request-id: chosen\r\n", ""].map(|headers| post_graphql(&whole, headers, "{}"));
    let [first, second] = ids;
    let (first, second) = (first.await, second.await);
    assert_eq!(first.header("x-request-id"), Some(first.text()), "the handler saw the same");
    assert_ne!(first.text(), "chosen");
    assert_ne!(first.text(), second.text());
}

#[tokio::test]
async fn every_answer_has_the_headers_that_keep_browsers_careful() {
    let whole = whole(false);
    for (path, headers, status) in
        [("/small", "", 200), ("/nowhere", "", 404), ("/small", "Origin: https://example.org\r\n", 403)]
    {
        let answer = get_from(&whole, path, headers).await;
        assert_eq!(answer.status, status);
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
        assert_eq!(answer.header("referrer-policy"), Some("no-referrer"), "{path}");
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{path}");
        let policy = answer.header("content-security-policy").expect("a policy");
        assert!(policy.starts_with("default-src 'none'"), "{policy}");
        assert!(policy.ends_with("; frame-ancestors 'none'"), "{policy}");
        assert_eq!(answer.header("cross-origin-resource-policy"), Some("same-origin"), "{path}");
        assert_eq!(answer.header("strict-transport-security"), None, "{path}");
        assert!(answer.header("x-request-id").is_some(), "{path}");
    }
}

#[tokio::test]
async fn browsers_are_told_to_come_over_tls_alone_where_it_is_spoken_to_the_network() {
    let make = |metrics, shutting_down| {
        let ask_ready = Arc::new(|| Readiness::Ready);
        let parts = parts(metrics, ask_ready, shutting_down, everybody());
        app(transport(), Parts { transport: Transport::Tls, ..parts })
    };
    let running = Running::start_with(make, ConnectionLimits::default(), None);
    for path in ["/small", "/nowhere"] {
        let answer = running.get(path, "").await;
        assert_eq!(answer.header("strict-transport-security"), Some("max-age=31536000"), "{path}");
    }
    let to = |listen: &str, tls| {
        let options = ServeOptions::new(listen.parse().expect("an address"), Visitors::ThisMachine);
        ServeOptions { tls, ..options }.transport()
    };
    let files = TlsFiles { certificate: "c.pem".into(), key: "k.pem".into() };
    assert_eq!(to("192.0.2.1:8443", Some(files.clone())), Transport::Tls);
    assert_eq!(to("192.0.2.1:8443", None), Transport::Other);
    assert_eq!(
        to("127.0.0.1:8443", Some(files)),
        Transport::Other,
        "it would hold for everything on localhost"
    );
}

#[tokio::test]
async fn pages_of_others_are_kept_out() {
    let whole = whole(false);
    for headers in ["Origin: https://example.org\r\n", "Origin: null\r\n", "Host: example.org\r\n"] {
        assert_eq!(get_from(&whole, "/small", headers).await.status, 403, "{headers}");
    }
    let answer =
        whole.running.ask("GET /small HTTP/1.1\r\nHost: example.org\r\nConnection: close\r\n\r\n").await;
    assert_eq!(answer.status, 403);
    for headers in ["Origin: http://localhost:5173\r\n", "Origin: http://127.0.0.1:8086\r\n"] {
        assert_eq!(get_from(&whole, "/small", headers).await.status, 200, "{headers}");
    }
}

#[tokio::test]
async fn large_answers_are_compressed_as_the_client_likes() {
    let whole = whole(false);
    for coding in ["gzip", "br", "zstd"] {
        let answer = get_from(&whole, "/large", &format!("accept-encoding: {coding}\r\n")).await;
        assert_eq!(answer.header("content-encoding"), Some(coding));
        assert_eq!(answer.header("vary"), Some("accept-encoding"));
        assert!(answer.body.len() < 700, "{coding}: {} bytes", answer.body.len());
    }
    let plain = get_from(&whole, "/large", "").await;
    assert_eq!((plain.header("content-encoding"), plain.body.len()), (None, 7_000));
    for path in ["/small", "/events", "/parts"] {
        let answer = get_from(&whole, path, "accept-encoding: gzip, br, zstd\r\n").await;
        assert_eq!((answer.status, answer.header("content-encoding")), (200, None), "{path}");
    }
}

#[tokio::test]
async fn the_probes_say_how_it_is() {
    let whole = whole(false);
    let alive = get_from(&whole, "/healthz", "").await;
    assert_eq!((alive.status, alive.text()), (200, "ok\n"));
    let ready = get_from(&whole, "/readyz", "").await;
    assert_eq!((ready.status, ready.text()), (200, r#"{"message":"就绪 ready","ready":true}"#));
    whole.is_ready.store(false, Ordering::SeqCst);
    let stopped = get_from(&whole, "/readyz", "").await;
    let body = r#"{"message":"已停止记录 recording has stopped","ready":false}"#;
    assert_eq!((stopped.status, stopped.text()), (503, body));
    assert_eq!(stopped.header("content-type"), Some("application/json"));
    assert_eq!(get_from(&whole, "/healthz", "").await.status, 200, "the process still lives");
}

#[tokio::test]
async fn with_identity_the_figures_are_for_those_who_run_the_service_and_the_probes_for_everybody() {
    let id = |text: &str| Identifier::parse(text).unwrap();
    let subject = |role: Role| {
        let granted = RoleGrant::new(role, divisions().whole(), None).unwrap();
        Subject { actor: id("a"), office: id("o"), grants: Grants::of([granted]), is_known: true }
    };
    let subjects = HashMap::from([
        ("operator", subject(Role::Operator)),
        ("manager", subject(Role::Manager)),
        ("auditor", subject(Role::Auditor)),
    ]);
    let identities = Arc::new(Identities::Words(subjects));
    let make = |metrics, shutting_down| {
        let ask_ready = Arc::new(|| Readiness::Ready);
        app(Router::new(), parts(metrics, ask_ready, shutting_down, identities))
    };
    let running = Running::start_with(make, ConnectionLimits::default(), None);
    for (word, status) in [("operator", 200), ("manager", 403), ("auditor", 403), ("nobody", 401)] {
        let answer = running.get("/metrics", &format!("authorization: {word}\r\n")).await;
        assert_eq!(answer.status, status, "{word}");
        assert_eq!(answer.text().contains("sigeyi_"), status == 200, "{word}");
    }
    for path in ["/healthz", "/readyz"] {
        assert_eq!(running.get(path, "").await.status, 200, "{path}");
    }
}

#[tokio::test]
async fn it_is_not_ready_while_it_shuts_down() {
    let (shutdown, shutting_down) = tokio::sync::watch::channel(false);
    let make = |metrics, _| {
        let ask_ready = Arc::new(|| Readiness::Ready);
        app(Router::new(), parts(metrics, ask_ready, shutting_down, everybody()))
    };
    let running = Running::start_with(make, ConnectionLimits::default(), None);
    assert_eq!(running.get("/readyz", "").await.status, 200);
    shutdown.send_replace(true);
    let answer = running.get("/readyz", "").await;
    assert_eq!(answer.status, 503);
    assert!(answer.text().contains("正在停止 shutting down"), "{}", answer.text());
}

#[tokio::test]
async fn the_figures_know_only_paths_and_methods_of_the_fixed_sets() {
    let whole = whole(false);
    post_graphql(&whole, "", "{}").await;
    for n in 0..20 {
        get_from(&whole, &format!("/invented/{n}"), "").await;
    }
    whole.running.ask("BREW /small HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await;
    let answer = get_from(&whole, "/metrics", "").await;
    assert_eq!(answer.header("content-type"), Some("text/plain; version=0.0.4; charset=utf-8"));
    let text = answer.text();
    for line in [
        r#"sigeyi_http_requests_total{method="POST",path="/graphql",status="200"} 1"#,
        r#"sigeyi_http_requests_total{method="GET",path="other",status="404"} 20"#,
        r#"sigeyi_http_requests_total{method="other",path="/small",status="405"} 1"#,
        r#"sigeyi_operations_total{kind="query",code="OVERLOADED"} 1"#,
        r#"sigeyi_http_request_duration_seconds_count{path="/graphql"} 1"#,
        "sigeyi_connections_open 1",
        "sigeyi_websockets_open 0",
    ] {
        assert!(text.lines().any(|it| it == line), "{line} is not in\n{text}");
    }
    assert!(!text.contains("invented") && !text.contains("BREW"), "{text}");
}

#[tokio::test]
async fn a_client_that_leaves_before_its_answer_is_counted() {
    let begun = Arc::new(tokio::sync::Notify::new());
    let never = {
        let begun = begun.clone();
        async move || {
            begun.notify_one();
            std::future::pending::<()>().await;
        }
    };
    let make = |metrics, shutting_down| {
        let ask_ready = Arc::new(|| Readiness::Ready);
        let transports = Router::new().route("/never", get(never));
        app(transports, parts(metrics, ask_ready, shutting_down, everybody()))
    };
    let running = Running::start_with(make, ConnectionLimits::default(), None);
    let mut socket = running.connect().await;
    let request = b"GET /never HTTP/1.1\r\nHost: localhost\r\n\r\n";
    tokio::io::AsyncWriteExt::write_all(&mut socket, request).await.expect("it is sent");
    begun.notified().await;
    drop(socket);
    running.metric(r#"sigeyi_http_requests_total{method="GET",path="/never",status="499"} 1"#).await;
}
