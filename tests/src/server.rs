//! A server of the real binary.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
    sync::{Arc, Mutex},
    thread::{self, JoinHandle},
};

use crate::{binary, text, until};

/// A server of the binary, on a port of its own. Killed when it is dropped.
pub struct Server {
    child: Child,
    /// Where it listens.
    pub address: SocketAddr,
    said: Arc<Mutex<String>>,
    listener: Option<JoinHandle<()>>,
}

impl Server {
    /// Starts it on a free port for everybody on this machine, and waits until it says which port it is.
    pub fn start(args: &[&str]) -> Server {
        const EVERYBODY: &[&str] = &["--without-identity"];
        let is_said = args.contains(&EVERYBODY[0]);
        Server::asking_for_tokens(&[args, if is_said { &[] } else { EVERYBODY }].concat())
    }

    /// Starts it on a free port.
    pub fn asking_for_tokens(args: &[&str]) -> Server {
        let mut child = Command::new(binary())
            .args(args)
            .args(["--listen", "127.0.0.1:0"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary starts");
        let said = Arc::new(Mutex::new(String::new()));
        let (mut stderr, heard) = (child.stderr.take().expect("it is piped"), said.clone());
        let listener = thread::spawn(move || {
            let mut bytes = [0; 1_024];
            while let Ok(length @ 1..) = stderr.read(&mut bytes) {
                heard.lock().expect("not poisoned").push_str(&String::from_utf8_lossy(&bytes[..length]));
            }
        });
        let stdout = child.stdout.take().expect("it is piped");
        let mut lines = BufReader::new(stdout).lines().map(|line| line.expect("it prints UTF-8"));
        let line = lines.find(|line| line.contains("listening:")).expect("it says where it listens");
        let (_, address) = line.split_once("://").expect("an address");
        let (address, _) = address.split_once('/').expect("a path behind it");
        Server { address: address.parse().expect("an address"), child, said, listener: Some(listener) }
    }

    /// Serves a directory.
    pub fn of(data: &Path) -> Server {
        Server::start(&["serve", "--data", text(data)])
    }

    /// A POST of JSON to `/graphql`, and the whole answer.
    pub fn post(&self, body: &[u8]) -> String {
        let mut socket = TcpStream::connect(self.address).expect("it accepts");
        let head = format!(
            "POST /graphql HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        // It may have refused the body before all of it was sent.
        let _ = socket.write_all(&[head.as_bytes(), body].concat());
        let mut bytes = Vec::new();
        let _ = socket.read_to_end(&mut bytes);
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// A POST of JSON to an address, and the body of the answer; none when whoever listens there ends before it is whole.
    pub fn post_if_it_lives(address: SocketAddr, body: &[u8]) -> Option<String> {
        let mut socket = TcpStream::connect(address).ok()?;
        let head = format!(
            "POST /graphql HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        socket.write_all(&[head.as_bytes(), body].concat()).ok()?;
        let mut bytes = Vec::new();
        socket.read_to_end(&mut bytes).ok()?;
        let answer = String::from_utf8_lossy(&bytes).into_owned();
        let (head, body) = answer.split_once("\r\n\r\n")?;
        let length = head
            .lines()
            .find_map(|line| line.to_lowercase().strip_prefix("content-length: ").map(str::to_owned));
        let is_whole = length.is_some_and(|length| length.trim().parse() == Ok(body.len()));
        is_whole.then(|| body.to_owned())
    }

    /// Kills it: no signal that it could notice.
    pub fn kill(mut self) {
        self.child.kill().expect("it can be killed");
        self.child.wait().expect("it can be waited for");
    }

    /// Number of its process.
    pub fn process(&self) -> u32 {
        self.child.id()
    }

    /// Sends a request as it is, and gives the whole answer.
    pub fn send(&self, request: &[u8]) -> Vec<u8> {
        let mut socket = TcpStream::connect(self.address).expect("it accepts");
        // It may have refused it before all of it was sent.
        let _ = socket.write_all(request);
        let mut bytes = Vec::new();
        let _ = socket.read_to_end(&mut bytes);
        bytes
    }

    /// Memory that it holds, in bytes.
    pub fn memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("it runs");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("it holds memory");
        line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number") * 1_024
    }

    /// A GET, and the whole answer.
    pub fn ask(&self, path: &str, headers: &str) -> String {
        let mut socket = TcpStream::connect(self.address).expect("it accepts");
        let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}\r\n");
        socket.write_all(request.as_bytes()).expect("it is sent");
        let mut bytes = Vec::new();
        socket.read_to_end(&mut bytes).expect("it answers");
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Sends a signal by its name.
    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill").args(["-s", name, &self.child.id().to_string()]).status();
        assert!(sent.expect("there is a kill").success());
    }

    /// Whether it has said these words on standard error.
    pub fn is_told(&self, words: &str) -> bool {
        self.said.lock().expect("not poisoned").contains(words)
    }

    /// Waits for its end; gives what it said on standard error too.
    pub fn ended(mut self) -> (ExitStatus, String) {
        let mut status = None;
        until("its end", || {
            status = self.child.try_wait().expect("it can be asked");
            status.is_some()
        });
        // What it said last may still be in the pipe.
        self.listener.take().map(JoinHandle::join);
        let said = self.said.lock().expect("not poisoned").clone();
        (status.expect("it has ended"), said)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Only after a failure is it still there.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
