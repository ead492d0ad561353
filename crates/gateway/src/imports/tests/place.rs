//! A directory behind a port, and a client that sends a body as slowly or as brokenly as a test wants.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use axum::Router;
use serde_json::Value;
use sigeyi_engine::{Engine, Options};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    time::timeout,
};

use crate::{
    costs::{COST_PER_MINUTE, Costs},
    identities::Identities,
    imports::{ImportLimits, routes},
};

/// Nothing here takes nearly so long.
pub(super) const DEADLINE: Duration = Duration::from_secs(120);

pub(super) struct Place {
    pub(super) engine: Arc<Engine>,
    address: SocketAddr,
    _dir: TempDir,
}

pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) head: String,
    pub(super) text: String,
    pub(super) value: Value,
}

impl Answer {
    /// The code of the refusal, and the line if there is one.
    pub(super) fn refusal(&self) -> (&str, Option<u64>) {
        let extensions = &self.value["errors"][0]["extensions"];
        (extensions["code"].as_str().unwrap_or_else(|| panic!("{}", self.text)), extensions["line"].as_u64())
    }
}

/// A request under way.
pub(super) struct Sending(TcpStream);

impl Place {
    pub(super) async fn new(limits: ImportLimits) -> Place {
        Place::of(limits, Identities::Everybody).await
    }

    pub(super) async fn of(limits: ImportLimits, identities: Identities) -> Place {
        Place::made(limits, |_| identities).await
    }

    /// Over a directory of which the identities know something.
    pub(super) async fn made(
        limits: ImportLimits,
        identities: impl FnOnce(&Arc<Engine>) -> Identities,
    ) -> Place {
        let dir = tempfile::tempdir().unwrap();
        let options = Options { create: true, ..Options::default() };
        let engine = Arc::new(Engine::open(dir.path(), options).unwrap());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let costs = Arc::new(Costs::per_minute(COST_PER_MINUTE));
        let app: Router = routes(engine.clone(), limits, Arc::new(identities(&engine)), costs);
        tokio::spawn(async move { axum::serve(listener, app).await });
        Place { engine, address, _dir: dir }
    }

    /// Begins a request.
    pub(super) async fn begin(&self, query: &str, headers: &str) -> Sending {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        let head = format!(
            "POST /imports{query} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ntransfer-encoding: chunked\r\n{headers}\r\n"
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        Sending(stream)
    }

    /// Sends rows in pieces of so many bytes.
    pub(super) async fn import(&self, rows: &[u8], piece_bytes: usize) -> Answer {
        let mut sending = self.begin("?source=import", "content-type: application/x-ndjson\r\n").await;
        for piece in rows.chunks(piece_bytes) {
            sending.piece(piece).await;
        }
        sending.end().await
    }

    /// Imports as soon as there is a place.
    pub(super) async fn import_when_free(&self, rows: &[u8]) -> Answer {
        let awaiting = "content-type: application/x-ndjson\r\nexpect: 100-continue\r\n";
        timeout(DEADLINE, async {
            loop {
                let mut sending = self.begin("?source=import", awaiting).await;
                if sending.may_continue().await {
                    sending.piece(rows).await;
                    return sending.end().await;
                }
            }
        })
        .await
        .unwrap()
    }
}

impl Sending {
    pub(super) async fn piece(&mut self, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        let piece = [format!("{:x}\r\n", bytes.len()).as_bytes(), bytes, b"\r\n"].concat();
        self.0.write_all(&piece).await.unwrap();
    }

    pub(super) async fn end(mut self) -> Answer {
        self.0.write_all(b"0\r\n\r\n").await.unwrap();
        self.answer().await
    }

    /// Whether the server has begun to read, rather than refused to.
    pub(super) async fn may_continue(&mut self) -> bool {
        let mut bytes = [0; 25];
        timeout(DEADLINE, self.0.read_exact(&mut bytes)).await.unwrap().unwrap();
        &bytes == b"HTTP/1.1 100 Continue\r\n\r\n"
    }

    /// The answer, although the body is not complete.
    pub(super) async fn answer(mut self) -> Answer {
        let mut bytes = Vec::new();
        timeout(DEADLINE, self.0.read_to_end(&mut bytes)).await.unwrap().unwrap();
        let text = String::from_utf8(bytes).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        let head = head.to_lowercase();
        let text = if head.contains("transfer-encoding: chunked") { joined(body) } else { body.to_owned() };
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let value = serde_json::from_str(&text).unwrap_or_default();
        Answer { status, head, text, value }
    }
}

fn joined(mut chunks: &str) -> String {
    let mut text = String::new();
    loop {
        let (length, rest) = chunks.split_once("\r\n").unwrap();
        let length = usize::from_str_radix(length, 16).unwrap();
        if length == 0 {
            return text;
        }
        text.push_str(&rest[..length]);
        chunks = rest[length..].strip_prefix("\r\n").unwrap();
    }
}
