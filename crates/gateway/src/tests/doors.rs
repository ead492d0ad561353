//! What browsers and strangers meet at the doors of the whole server, by what the operator has said.

use serde_json::{Value, json};
use sigeyi_domain::access::Role;

use super::{asking::Asking, world::World};
use crate::{Origin, ServeError, ServeOptions, Visitors};

const APP: &str = "https://app.example.org";
const ASK_ORIGIN: &str = "Origin: https://app.example.org\r\n";
const EVIL: &str = "Origin: https://evil.example.org\r\n";
const UPGRADE: &str = "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
    Sec-WebSocket-Protocol: graphql-transport-ws\r\n";

fn origin(text: &str) -> Origin {
    text.parse().unwrap()
}

async fn asking(change: impl FnOnce(&mut ServeOptions)) -> Asking {
    Asking::with(World::of(0).engine, change).await
}

async fn with_app() -> Asking {
    asking(|options| options.allowed_origins = vec![origin(APP)]).await
}

fn varies_by_origin(vary: Option<&str>) -> bool {
    vary.is_some_and(|vary| vary.split(',').any(|name| name.trim().eq_ignore_ascii_case("origin")))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_the_list_may_ask_and_read() {
    let asking = with_app().await;
    let preflight = "Access-Control-Request-Method: POST\r\n\
        Access-Control-Request-Headers: authorization,content-type\r\n";
    for path in ["/graphql", "/imports", "/events", "/events.ndjson"] {
        let answer = asking.send("OPTIONS", path, &format!("{ASK_ORIGIN}{preflight}"), "").await;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(answer.header("access-control-allow-origin"), Some(APP));
        assert_eq!(answer.header("access-control-allow-methods"), Some("GET,POST"));
        assert_eq!(
            answer.header("access-control-allow-headers"),
            Some("authorization,content-type,last-event-id")
        );
        assert_eq!(answer.header("access-control-allow-credentials"), None);
        assert!(varies_by_origin(answer.header("vary")), "{answer:?}");
    }
    let token = asking.token(Role::Manager);
    let headers = format!("{ASK_ORIGIN}Authorization: Bearer {token}\r\nContent-Type: application/json\r\n");
    let body = json!({ "query": "{ me { actor } }" }).to_string();
    let answer = asking.send("POST", "/graphql", &headers, &body).await;
    assert_eq!((answer.status, answer.header("access-control-allow-origin")), (200, Some(APP)));
    assert_eq!(answer.header("access-control-expose-headers"), Some("x-request-id,retry-after,link"));
    assert!(varies_by_origin(answer.header("vary")), "{answer:?}");
    // Without a token it is told so, rather than that the network failed.
    let refused = asking.send("POST", "/graphql", ASK_ORIGIN, &body).await;
    assert_eq!((refused.status, refused.header("access-control-allow-origin")), (401, Some(APP)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_anybody_else_may_not() {
    let (with_app, without) = (with_app().await, asking(|_| {}).await);
    let preflight = "Access-Control-Request-Method: POST\r\n";
    for (asking, origins) in [(&with_app, &[EVIL, "Origin: null\r\n"][..]), (&without, &[EVIL, ASK_ORIGIN])] {
        for origin in origins {
            for method in ["OPTIONS", "GET"] {
                let answer = asking.send(method, "/graphql", &format!("{origin}{preflight}"), "").await;
                assert_eq!(answer.header("access-control-allow-origin"), None, "{answer:?}");
            }
        }
    }
    // What is kept on the way must not be given to another page.
    assert!(varies_by_origin(with_app.send("GET", "/graphql", "", "").await.header("vary")));
    assert_eq!(without.send("OPTIONS", "/graphql", preflight, "").await.status, 405);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_socket_is_opened_for_pages_of_the_server_and_of_the_list_alone() {
    let (with_app, without) = (with_app().await, asking(|_| {}).await);
    let own = "Origin: https://sigeyi.example.org\r\n";
    for (asking, origin, opens) in [
        (&with_app, ASK_ORIGIN, true),
        (&with_app, own, true),
        (&with_app, "", true),
        (&with_app, EVIL, false),
        (&without, ASK_ORIGIN, false),
        (&without, own, true),
        (&without, "Origin: null\r\n", false),
    ] {
        assert_eq!(upgraded(asking, origin).await, opens, "{origin}");
    }
}

/// Whether a socket was opened; what is not refused with 403 must be.
async fn upgraded(asking: &Asking, origin: &str) -> bool {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let mut socket = tokio::net::TcpStream::connect(asking.address).await.unwrap();
    let request = format!(
        "GET /graphql/ws HTTP/1.1\r\nHost: sigeyi.example.org\r\nConnection: upgrade\r\n{UPGRADE}{origin}\r\n"
    );
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut line = [0; 12];
    socket.read_exact(&mut line).await.unwrap();
    match &line {
        b"HTTP/1.1 101" => true,
        b"HTTP/1.1 403" => false,
        other => panic!("{}", String::from_utf8_lossy(other)),
    }
}

#[test]
fn without_identity_only_pages_of_this_machine_can_be_let_in() {
    let check = |text: &str| {
        let mut options = ServeOptions::new(([127, 0, 0, 1], 0).into(), Visitors::ThisMachine);
        options.allowed_origins = vec![origin("http://localhost:5173"), origin(text)];
        options.check()
    };
    assert!(check("http://127.0.0.1:3000").is_ok());
    let refused = check(APP).unwrap_err();
    assert!(matches!(&refused, ServeError::OriginElsewhere(named) if *named == origin(APP)));
    assert!(refused.to_string().contains(APP), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_schema_is_told_unless_the_operator_says_otherwise() {
    let schema = "{ __schema { queryType { name } } }";
    let one = "query($name: String!) { ...F } fragment F on Query { __type(name: $name) { name } }";
    let named = json!({ "name": "Query" });
    let open = asking(|_| {}).await;
    let token = open.token(Role::FieldWorker);
    let answer = open.ask(&token, schema, Value::Null).await;
    assert_eq!(answer["data"]["__schema"]["queryType"]["name"], "Query", "{answer}");
    assert_eq!(open.ask(&token, one, named.clone()).await["data"]["__type"]["name"], "Query");
    assert_eq!(open.post("nobody's", schema, Value::Null).await.status, 401);

    let closed = asking(|options| options.introspection = false).await;
    let token = closed.token(Role::FieldWorker);
    for (query, variables) in [
        (schema, Value::Null),
        (one, named),
        ("{ me { actor } other: __schema { queryType { name } } }", Value::Null),
        ("{ ... on Query { __type(name: \"Query\") { name } } }", Value::Null),
    ] {
        let answer = closed.ask(&token, query, variables).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "INTROSPECTION_OFF", "{answer}");
        assert_eq!(answer.get("data"), None, "{answer}");
    }
    let answer = closed.ask(&token, "{ __typename me { __typename actor } }", Value::Null).await;
    assert_eq!(answer["data"]["__typename"], "Query", "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_is_there_by_itself_where_nobody_proves_who_it_is() {
    let listen = ([127, 0, 0, 1], 0).into();
    assert!(ServeOptions::new(listen, Visitors::ThisMachine).graphiql);
    let without = asking(|_| {}).await;
    assert_eq!(without.send("GET", "/graphiql", "", "").await.status, 404);
    let with = asking(|options| options.graphiql = true).await;
    assert_eq!(with.send("GET", "/graphiql", "", "").await.status, 200);
}
