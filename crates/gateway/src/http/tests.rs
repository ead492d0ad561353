//! The transport over a real connection, with a sample schema whose fields fail, panic and wait.

mod audits;
mod streams;
mod transport;

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_graphql::{Error, ErrorExtensions, Object, Schema, Subscription};
use serde_json::Value as Json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::{Notify, watch},
};

use super::*;
use crate::{costs::Costs, documents::Documents, executor::Graph, subject::Subject};

/// No answer is waited for longer.
const PATIENCE: Duration = Duration::from_secs(20);

/// What the fields share with the test.
#[derive(Default)]
struct Probe {
    begun: Notify,
    may_end: Notify,
    ended: AtomicUsize,
}

fn fail(message: &str) -> i32 {
    panic!("{message}")
}

struct Query;

#[Object]
impl Query {
    async fn greeting(&self) -> &str {
        "hello"
    }

    // Only a `Result` inside the `Option` leaves the siblings; the other way around takes them away.
    async fn failing(&self) -> Option<Result<i32, Error>> {
        Some(Err(Error::new("it is not there").extend_with(|_, it| it.set("code", "NOT_FOUND"))))
    }

    async fn broken(&self) -> Option<Result<i32, Error>> {
        Some(Err(Error::new("cannot open /srv/data")))
    }

    async fn failing_for_all(&self) -> Result<i32, Error> {
        Err(Error::new("it is not there").extend_with(|_, it| it.set("code", "NOT_FOUND")))
    }

    async fn panicking(&self) -> i32 {
        fail("a resolver that panics, on purpose")
    }

    async fn waiting(&self) -> i32 {
        std::future::pending().await
    }

    async fn who(&self, context: &async_graphql::Context<'_>) -> Result<bool, Error> {
        context.data::<Subject>()?;
        context.data::<RequestId>()?;
        Ok(true)
    }
}

struct Mutation;

#[Object]
impl Mutation {
    async fn record(&self, context: &async_graphql::Context<'_>) -> Result<i32, Error> {
        let probe = context.data::<Arc<Probe>>()?;
        probe.begun.notify_one();
        probe.may_end.notified().await;
        probe.ended.fetch_add(1, Ordering::SeqCst);
        Ok(1)
    }

    async fn panicking(&self) -> i32 {
        fail("a mutation that panics, on purpose")
    }
}

struct Streams;

#[Subscription]
impl Streams {
    async fn count(&self, to: i32) -> impl futures_util::Stream<Item = i32> {
        futures_util::stream::iter(1..=to)
    }

    async fn silent(&self) -> impl futures_util::Stream<Item = i32> {
        futures_util::stream::pending()
    }
}

struct Server {
    address: SocketAddr,
    probe: Arc<Probe>,
    mutations: Mutations,
    followers: Followers,
    shutdown: watch::Sender<bool>,
}

impl Server {
    async fn start(limits: Limits) -> Server {
        let probe = Arc::new(Probe::default());
        let build = || limits.apply(Schema::build(Query, Mutation, Streams)).data(probe.clone());
        let mutations = Mutations::new();
        let identities = Arc::new(Identities::Everybody);
        let documents = Arc::new(Documents::new(Graph::new(build), limits));
        let costs = Arc::new(Costs::per_minute(limits.cost_per_minute));
        let (shutdown, shutting_down) = watch::channel(false);
        let followers = Followers::new(shutting_down, limits.verify_every);
        let routes = routes(documents, mutations.clone(), identities, costs, followers.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Server { address, probe, mutations, followers, shutdown }
    }

    /// Sends bytes and reads until the server closes.
    async fn exchange(&self, request: &[u8]) -> Answer {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(request).await.unwrap();
        self.read(stream).await
    }

    async fn read(&self, mut stream: TcpStream) -> Answer {
        let mut bytes = Vec::new();
        tokio::time::timeout(PATIENCE, stream.read_to_end(&mut bytes))
            .await
            .expect("an answer in time")
            .unwrap();
        Answer::read(&String::from_utf8(bytes).unwrap())
    }

    async fn post(&self, headers: &str, body: &str) -> Answer {
        let length = body.len();
        let head = "POST /graphql HTTP/1.1\r\nhost: test\r\nconnection: close\r\n";
        self.exchange(format!("{head}content-length: {length}\r\n{headers}\r\n{body}").as_bytes()).await
    }

    /// Posts a document, accepting the newer media type.
    async fn run(&self, query: &str) -> Answer {
        let headers = "content-type: application/json\r\naccept: application/graphql-response+json\r\n";
        self.post(headers, &serde_json::json!({ "query": query }).to_string()).await
    }

    async fn get(&self, query: &str) -> Answer {
        let head = format!("GET /graphql?{query} HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n");
        self.exchange(head.as_bytes()).await
    }
}

#[derive(Debug)]
struct Answer {
    status: u16,
    headers: String,
    body: Json,
}

impl Answer {
    fn read(text: &str) -> Answer {
        let (headers, body) = text.split_once("\r\n\r\n").unwrap_or((text, ""));
        let status = headers.split(' ').nth(1).and_then(|status| status.parse().ok());
        let body = serde_json::from_str(body).unwrap_or(Json::Null);
        let answer = Answer { status: status.expect("a status"), headers: headers.to_lowercase(), body };
        assert!(answer.headers.contains("\ncache-control: no-store"), "{answer:?}");
        answer
    }

    fn code(&self) -> &str {
        self.body["errors"][0]["extensions"]["code"].as_str().unwrap_or_default()
    }

    #[track_caller]
    fn is_refused(&self, status: u16, code: &str) {
        assert_eq!((self.status, self.code()), (status, code), "{self:?}");
        assert!(self.body.get("data").is_none(), "{self:?}");
        let id = self.body["errors"][0]["extensions"]["requestId"].as_str().unwrap_or_default();
        assert!(Uuid::parse_str(id).is_ok(), "{self:?}");
    }
}
