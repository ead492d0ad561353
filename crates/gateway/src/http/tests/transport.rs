//! Each rule of the transport, by the bytes on the connection.

use serde_json::json;

use super::*;

const JSON: &str = "content-type: application/json\r\n";

async fn server() -> Server {
    Server::start(Limits::default()).await
}

#[tokio::test]
async fn a_field_that_fails_leaves_its_siblings() {
    let server = server().await;
    let answer = server.run("{ greeting failing again: greeting who }").await;
    assert_eq!(answer.status, 200);
    let data = json!({ "greeting": "hello", "failing": null, "again": "hello", "who": true });
    assert_eq!(answer.body["data"], data, "{answer:?}");
    assert_eq!(answer.body["errors"][0]["message"], "it is not there");
    assert_eq!(answer.body["errors"][0]["path"], json!(["failing"]));
    assert_eq!(answer.code(), "NOT_FOUND");
    assert!(answer.body["errors"][0]["extensions"]["requestId"].is_string());

    let answer = server.run("{ greeting broken }").await;
    assert_eq!((answer.status, answer.code()), (200, "INTERNAL"));
    assert_eq!(answer.body["data"], json!({ "greeting": "hello", "broken": null }));
    assert!(!answer.body.to_string().contains("/srv"));
}

#[tokio::test]
async fn a_field_that_must_be_there_takes_the_data_with_it() {
    let answer = server().await.run("{ greeting failingForAll }").await;
    assert_eq!((answer.status, answer.code()), (200, "NOT_FOUND"));
    assert_eq!(answer.body.get("data"), Some(&Json::Null));
}

#[tokio::test]
async fn a_panic_ends_its_request_and_nothing_else() {
    let server = server().await;
    for query in ["{ greeting panicking }", "mutation { panicking }"] {
        let answer = server.run(query).await;
        answer.is_refused(500, "INTERNAL");
        assert!(!answer.body.to_string().contains("on purpose"));
        assert_eq!(server.run("{ greeting }").await.body, json!({ "data": { "greeting": "hello" } }));
    }
}

#[tokio::test]
async fn requests_that_are_none() {
    let server = server().await;
    server.post(JSON, r#"{"query":"#).await.is_refused(400, "BAD_REQUEST");
    server.post(JSON, r#"[{"query":"{ greeting }"}]"#).await.is_refused(400, "BAD_REQUEST");
    server.post("", r#"{"query":"{ greeting }"}"#).await.is_refused(415, "UNSUPPORTED_MEDIA_TYPE");
    let latin = "content-type: application/json; charset=latin1\r\n";
    server.post(latin, r#"{"query":"{ greeting }"}"#).await.is_refused(415, "UNSUPPORTED_MEDIA_TYPE");
    let html = "content-type: application/json\r\naccept: text/html\r\n";
    server.post(html, r#"{"query":"{ greeting }"}"#).await.is_refused(406, "NOT_ACCEPTABLE");
    let mut bytes =
        b"POST /graphql HTTP/1.1\r\nhost: test\r\nconnection: close\r\ncontent-length: 14\r\n".to_vec();
    bytes.extend(b"content-type: application/json\r\n\r\n{\"query\":\"\xFF\"}x");
    server.exchange(&bytes).await.is_refused(400, "BAD_REQUEST");
}

#[tokio::test]
async fn methods_have_their_uses() {
    let server = server().await;
    let answer = server.get("query=%7Bgreeting%7D").await;
    assert_eq!((answer.status, &answer.body), (200, &json!({ "data": { "greeting": "hello" } })));
    assert!(answer.headers.contains("content-type: application/json; charset=utf-8"));
    let answer = server.get("query=mutation%7Brecord%7D").await;
    answer.is_refused(405, "METHOD_NOT_ALLOWED");
    assert!(answer.headers.contains("\nallow: post\r\n"), "{answer:?}");
    assert_eq!(server.probe.ended.load(Ordering::SeqCst), 0);
    server.get("").await.is_refused(400, "BAD_REQUEST");
    for method in ["PUT", "DELETE", "OPTIONS", "PATCH"] {
        let head = format!("{method} /graphql HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n");
        let answer = server.exchange(head.as_bytes()).await;
        answer.is_refused(405, "METHOD_NOT_ALLOWED");
        assert!(answer.headers.contains("\nallow: get, post\r\n"), "{answer:?}");
    }
}

#[tokio::test]
async fn the_status_of_a_refused_operation_depends_on_the_media_type() {
    let server = server().await;
    for (query, code) in [
        ("{", "PARSE_ERROR"),
        ("{ nothing }", "VALIDATION_ERROR"),
        ("query A { greeting } query B { greeting }", "OPERATION_NOT_FOUND"),
        ("query ($x: Int!) { greeting }", "VALIDATION_ERROR"),
    ] {
        server.run(query).await.is_refused(400, code);
        server.post(JSON, &json!({ "query": query }).to_string()).await.is_refused(200, code);
    }
}

#[tokio::test]
async fn bodies_have_a_length() {
    let server = Server::start(Limits { body_bytes_max: 1_000, ..Limits::default() }).await;
    let fits = format!(r#"{{"query":"{{ greeting }}{}"}}"#, " ".repeat(976));
    assert_eq!(fits.len(), 1_000);
    assert_eq!(server.post(JSON, &fits).await.status, 200);

    // The length is known before any byte of the body has come.
    let head =
        "POST /graphql HTTP/1.1\r\nhost: test\r\nconnection: close\r\ncontent-type: application/json\r\n";
    let announced = format!("{head}content-length: 1001\r\n\r\n");
    server.exchange(announced.as_bytes()).await.is_refused(413, "BODY_TOO_LARGE");

    let chunk = format!("3e9\r\n{}\r\n0\r\n\r\n", " ".repeat(1_001));
    let chunked = format!("{head}transfer-encoding: chunked\r\n\r\n{chunk}");
    server.exchange(chunked.as_bytes()).await.is_refused(413, "BODY_TOO_LARGE");
}

#[tokio::test]
async fn a_body_that_trickles_is_cut_off() {
    let limits = Limits { body_time_max: Duration::from_millis(200), ..Limits::default() };
    let server = Server::start(limits).await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let head =
        "POST /graphql HTTP/1.1\r\nhost: test\r\nconnection: close\r\ncontent-type: application/json\r\n";
    stream.write_all(format!("{head}content-length: 100\r\n\r\n{{").as_bytes()).await.unwrap();
    server.read(stream).await.is_refused(408, "TIMEOUT");
}

#[tokio::test]
async fn an_operation_has_its_time() {
    let limits = Limits { request_time_max: Duration::from_millis(200), ..Limits::default() };
    let server = Server::start(limits).await;
    server.run("{ greeting waiting }").await.is_refused(504, "TIMEOUT");
    assert_eq!(server.run("{ greeting }").await.status, 200);
    // A mutation is told to be late, and is carried out all the same.
    server.run("mutation { record }").await.is_refused(504, "TIMEOUT");
    server.probe.may_end.notify_one();
    ended(&server).await;
}

#[tokio::test]
async fn a_mutation_ends_although_its_client_is_gone() {
    let server = server().await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let body = r#"{"query":"mutation { record }"}"#;
    let head = "POST /graphql HTTP/1.1\r\nhost: test\r\ncontent-type: application/json\r\n";
    let request = format!("{head}content-length: {}\r\n\r\n{body}", body.len());
    stream.write_all(request.as_bytes()).await.unwrap();
    tokio::time::timeout(PATIENCE, server.probe.begun.notified()).await.expect("the mutation begins");
    drop(stream);
    // The server has seen that the client left once it serves another one.
    assert_eq!(server.run("{ greeting }").await.status, 200);
    let mut finished = std::pin::pin!(server.mutations.finished());
    assert!(futures_util::poll!(&mut finished).is_pending(), "the end of the server waits for it");
    server.probe.may_end.notify_one();
    tokio::time::timeout(PATIENCE, finished).await.expect("the mutation ends");
    assert_eq!(server.probe.ended.load(Ordering::SeqCst), 1);
}

async fn ended(server: &Server) {
    let check = async {
        while server.probe.ended.load(Ordering::SeqCst) == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(PATIENCE, check).await.expect("the mutation ends");
}

#[tokio::test]
async fn the_log_learns_what_was_run() {
    let build = || Schema::build(Query, Mutation, Streams);
    let (_shutdown, shutting_down) = watch::channel(false);
    let documents = Arc::new(Documents::new(Graph::new(build), Limits::default()));
    let shared = Arc::new(Shared {
        documents,
        mutations: Mutations::new(),
        identities: Arc::new(Identities::Everybody),
        costs: Arc::new(Costs::per_minute(Limits::default().cost_per_minute)),
        followers: Followers::new(shutting_down, Limits::default().verify_every),
    });
    let outcome = async |body: &str| {
        let request = Request::builder().method("POST").header("content-type", "application/json");
        let id = RequestId(Uuid::from_u128(7));
        let request = request.extension(id).body(body.to_owned().into()).unwrap();
        let response = answer(State(shared.clone()), request).await;
        let outcome = response.extensions().get::<Outcome>().cloned().unwrap();
        let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
        let body: Json = serde_json::from_slice(&bytes).unwrap();
        for error in body["errors"].as_array().into_iter().flatten() {
            assert_eq!(error["extensions"]["requestId"], id.0.to_string());
        }
        (outcome.kind, outcome.operation, outcome.code)
    };
    let named = Some("Greet".to_owned());
    assert_eq!(outcome(r#"{"query":"query Greet { greeting }"}"#).await, ("query", named.clone(), None));
    let failed = Some("NOT_FOUND".to_owned());
    assert_eq!(outcome(r#"{"query":"query Greet { failing }"}"#).await, ("query", named, failed));
    let unknown = Some("OPERATION_NOT_FOUND".to_owned());
    assert_eq!(outcome(r#"{"query":"{ greeting }","operationName":"张三"}"#).await, ("", None, unknown));
    let long = format!(r#"{{"query":"mutation {} {{ __typename }}"}}"#, "x".repeat(500));
    assert_eq!(outcome(&long).await, ("mutation", Some("x".repeat(NAME_CHARS_MAX)), None));
}
