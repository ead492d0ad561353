//! A receiver of relayed events that fails as it is told, and what a relay to it needs.

use std::{
    collections::VecDeque,
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    thread,
};

use rustls::{
    ServerConfig, ServerConnection, StreamOwned,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};
use serde_json::Value;

use crate::{Place, text};

/// The secret that signs.
pub const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// What a receiver does with a request.
#[derive(Clone, Debug)]
pub enum Act {
    /// Answers with this status and these headers; 2xx takes the events.
    Answer(u16, &'static str),
    /// Takes the events, and closes without a word.
    TakeAndClose,
    /// Closes before it has read anything.
    Close,
}

/// A request as it came.
#[derive(Clone, Debug)]
pub struct Request {
    headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
}

/// A receiver that fails as it is told, and takes everything afterwards.
pub struct Receiver {
    address: SocketAddr,
    scheme: &'static str,
    seen: Arc<Mutex<Seen>>,
}

#[derive(Default)]
struct Seen {
    acts: VecDeque<Act>,
    requests: Vec<Request>,
    /// Of requests that were taken, in the order in which they came.
    positions: Vec<u64>,
    connections: usize,
}

impl Receiver {
    /// In clear.
    pub fn that(acts: impl IntoIterator<Item = Act>) -> Receiver {
        Receiver::listening("http", acts, serve)
    }

    /// By TLS, with the files of its certificate and of its key.
    pub fn with_certificate(chain: &Path, key: &Path) -> Receiver {
        let chain = CertificateDer::pem_file_iter(chain).expect("a file");
        let chain = chain.map(|certificate| certificate.expect("a certificate")).collect();
        let key = PrivateKeyDer::from_pem_file(key).expect("a key");
        let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .expect("they belong together");
        let config = Arc::new(config);
        Receiver::listening("https", [], move |socket, seen| {
            let connection = ServerConnection::new(config.clone()).map_err(std::io::Error::other)?;
            serve(StreamOwned::new(connection, socket), seen)
        })
    }

    fn listening(
        scheme: &'static str,
        acts: impl IntoIterator<Item = Act>,
        serve: impl Fn(TcpStream, &Mutex<Seen>) -> std::io::Result<()> + Send + 'static,
    ) -> Receiver {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        let seen = Arc::new(Mutex::new(Seen { acts: acts.into_iter().collect(), ..Seen::default() }));
        let shared = seen.clone();
        thread::spawn(move || {
            for socket in listener.incoming().flatten() {
                shared.lock().expect("not poisoned").connections += 1;
                // One at a time, as the relay sends them.
                let _ = serve(socket, &shared);
            }
        });
        Receiver { address, scheme, seen }
    }

    /// Where it is to be sent.
    pub fn address(&self) -> String {
        format!("{}://{}/hook", self.scheme, self.address)
    }

    /// What it does with the next request that has nothing said about it.
    pub fn then(&self, act: Act) {
        self.seen.lock().expect("not poisoned").acts.push_back(act);
    }

    /// How often somebody has connected.
    pub fn connections(&self) -> usize {
        self.seen.lock().expect("not poisoned").connections
    }

    /// Positions of the events that it has taken, in the order in which they came.
    pub fn positions(&self) -> Vec<u64> {
        self.seen.lock().expect("not poisoned").positions.clone()
    }

    /// The requests that it has read.
    pub fn requests(&self) -> Vec<Request> {
        self.seen.lock().expect("not poisoned").requests.clone()
    }
}

impl Request {
    /// One of its headers.
    pub fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(found, _)| found == name);
        found.map_or_else(|| panic!("{name} is missing"), |(_, value)| value)
    }

    /// The positions of its events.
    pub fn positions(&self) -> Vec<u64> {
        positions(&self.body)
    }
}

/// The positions of a CloudEvents batch.
fn positions(body: &str) -> Vec<u64> {
    let events: Vec<Value> = serde_json::from_str(body).expect("a list");
    events.iter().map(position).collect()
}

/// Where an event stands.
pub fn position(event: &Value) -> u64 {
    event["id"].as_str().and_then(|id| id.parse().ok()).unwrap_or_else(|| panic!("{event}"))
}

fn serve(socket: impl Read + Write, seen: &Mutex<Seen>) -> std::io::Result<()> {
    let mut reader = BufReader::new(socket);
    loop {
        if reader.fill_buf()?.is_empty() {
            return Ok(());
        }
        let act = seen.lock().expect("not poisoned").acts.pop_front().unwrap_or(Act::Answer(204, ""));
        if matches!(act, Act::Close) {
            return Ok(());
        }
        let (mut headers, mut line) = (Vec::new(), String::new());
        reader.read_line(&mut line)?;
        loop {
            line.clear();
            reader.read_line(&mut line)?;
            let Some((name, value)) = line.trim().split_once(':') else { break };
            headers.push((name.to_lowercase(), value.trim().to_owned()));
        }
        let length = headers.iter().find(|(name, _)| name == "content-length");
        let length: usize = length.and_then(|(_, length)| length.parse().ok()).unwrap_or(0);
        let mut body = vec![0; length];
        reader.read_exact(&mut body)?;
        let request = Request { headers, body: String::from_utf8(body).expect("UTF-8") };
        {
            let mut seen = seen.lock().expect("not poisoned");
            if matches!(act, Act::TakeAndClose | Act::Answer(200..=299, _)) {
                seen.positions.extend(request.positions());
            }
            seen.requests.push(request);
        }
        let Act::Answer(status, headers) = act else { return Ok(()) };
        let answer = format!("HTTP/1.1 {status} X\r\nContent-Length: 0\r\n{headers}\r\n");
        reader.get_mut().write_all(answer.as_bytes())?;
        reader.get_mut().flush()?;
    }
}

/// A place with people, a secret, and arguments.
pub struct Relay {
    /// The place.
    pub place: Place,
    /// The file that keeps how far it is.
    pub state: PathBuf,
    /// The file of the secret.
    pub secret: PathBuf,
    /// The directory.
    pub data: PathBuf,
}

impl Default for Relay {
    fn default() -> Relay {
        Relay::new()
    }
}

impl Relay {
    /// Of a hundred people.
    pub fn new() -> Relay {
        let place = Place::with_people();
        let secret = place.file("secret", format!("{SECRET}\n"));
        Relay { state: place.path("state"), secret, data: place.data(), place }
    }

    /// Arguments for this target.
    pub fn args<'a>(&'a self, to: &'a str, more: &[&'a str]) -> Vec<&'a str> {
        let args = ["relay", "--data", text(&self.data), "--to", to, "--state", text(&self.state)];
        [&args[..], &["--secret-file", text(&self.secret), "--wait-max", "1"], more].concat()
    }

    /// How far it is.
    pub fn through(&self) -> u64 {
        let state: Value =
            serde_json::from_slice(&fs::read(&self.state).expect("it is there")).expect("JSON");
        state["through"].as_str().and_then(|through| through.parse().ok()).expect("a position")
    }
}

/// What a receiver keeps that passes over what it has seen; in order.
pub fn once(positions: &[u64]) -> Vec<u64> {
    let mut kept: Vec<u64> = Vec::new();
    for position in positions {
        if kept.last().is_none_or(|last| last < position) {
            kept.push(*position);
        }
    }
    kept
}

/// Every position through this one.
pub fn all(through: u64) -> Vec<u64> {
    (1..=through).collect()
}
