//! A whole server that asks for tokens, and a client that speaks plain HTTP.

use std::{net::SocketAddr, sync::Arc};

use serde_json::{Value, json};
use sigeyi_domain::access::Role;
use sigeyi_engine::Engine;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::oneshot,
};

use crate::{ServeOptions, Visitors, serve, tests::issuing::Issuing};

/// A server over an engine.
pub(crate) struct Asking {
    pub(crate) address: SocketAddr,
    pub(crate) issuing: Issuing,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    head: String,
    pub(crate) body: String,
}

impl Asking {
    pub(crate) async fn start(engine: Arc<Engine>) -> Asking {
        Asking::with(engine, |_| {}).await
    }

    /// With options that are changed.
    pub(crate) async fn with(engine: Arc<Engine>, change: impl FnOnce(&mut ServeOptions)) -> Asking {
        let issuing = Issuing::new();
        let listen = SocketAddr::from(([127, 0, 0, 1], 0));
        let mut options = ServeOptions::new(listen, Visitors::WithToken(issuing.verifier()));
        change(&mut options);
        let (tell, told) = oneshot::channel();
        tokio::spawn(async move {
            let listening = |address| {
                let _ = tell.send(address);
            };
            serve(engine, options, listening, Arc::default(), std::future::pending()).await
        });
        Asking { address: told.await.unwrap(), issuing }
    }

    /// A token of the whole.
    pub(crate) fn token(&self, role: Role) -> String {
        self.issuing.token(role, "150000")
    }

    /// Sends a request on a connection of its own; `headers` end in CRLF each.
    pub(crate) async fn send(&self, method: &str, path: &str, headers: &str, body: &str) -> Answer {
        let length = body.len();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: sigeyi.example.org\r\nConnection: close\r\n{headers}Content-Length: {length}\r\n\r\n{body}"
        );
        let mut socket = TcpStream::connect(self.address).await.unwrap();
        socket.write_all(request.as_bytes()).await.unwrap();
        let mut bytes = Vec::new();
        socket.read_to_end(&mut bytes).await.unwrap();
        let text = String::from_utf8(bytes).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Answer { status, head: head.to_owned(), body: body.to_owned() }
    }

    /// Posts an operation, whatever becomes of it.
    pub(crate) async fn post(&self, token: &str, query: &str, variables: Value) -> Answer {
        let body = json!({ "query": query, "variables": variables }).to_string();
        let headers = format!("Authorization: Bearer {token}\r\nContent-Type: application/json\r\n");
        self.send("POST", "/graphql", &headers, &body).await
    }

    /// What was answered to an operation with 200.
    pub(crate) async fn ask(&self, token: &str, query: &str, variables: Value) -> Value {
        let answer = self.post(token, query, variables).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()
    }
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head
            .lines()
            .filter_map(|line| line.split_once(": "))
            .find_map(|(found, value)| found.eq_ignore_ascii_case(name).then_some(value))
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("{self:?}"))
    }

    /// Of the first error.
    pub(crate) fn extensions(&self) -> Value {
        self.json()["errors"][0]["extensions"].clone()
    }
}
