//! A WebSocket by hand (RFC 6455): every byte that comes in is kept, whatever it means.

use std::{
    io::{ErrorKind, Read, Write},
    net::{SocketAddr, TcpStream},
};

use serde_json::Value;

const TEXT: u8 = 1;
const CLOSE: u8 = 8;

pub(crate) struct Socket {
    stream: TcpStream,
    /// All that the server has sent.
    pub(crate) heard: Vec<u8>,
    read_to: usize,
}

impl Socket {
    /// Opens it; whoever asks says who it is in the first message.
    pub(crate) fn open(address: SocketAddr) -> Socket {
        let stream = TcpStream::connect(address).expect("it accepts");
        let mut socket = Socket { stream, heard: Vec::new(), read_to: 0 };
        socket
            .stream
            .write_all(
                b"GET /graphql/ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
                Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
                Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n",
            )
            .expect("it is sent");
        while !socket.heard.ends_with(b"\r\n\r\n") {
            assert!(socket.hear(1), "it answers");
        }
        socket.read_to = socket.heard.len();
        socket
    }

    /// A text, under a mask of zeros.
    pub(crate) fn say(&mut self, message: &Value) {
        let text = message.to_string();
        let mut frame = vec![0x80 | TEXT];
        match u8::try_from(text.len()).ok().filter(|length| *length < 126) {
            Some(length) => frame.push(0x80 | length),
            None => {
                frame.push(0x80 | 126);
                frame.extend(u16::try_from(text.len()).expect("short").to_be_bytes());
            }
        }
        frame.extend([0; 4]);
        frame.extend(text.as_bytes());
        self.stream.write_all(&frame).expect("it is sent");
    }

    /// The next message; none when it was closed.
    pub(crate) fn next(&mut self) -> Option<Value> {
        loop {
            let [first, length] = self.take(2)?.try_into().expect("two bytes");
            let length = match length {
                126 => u16::from_be_bytes(self.take(2)?.try_into().expect("two bytes")).into(),
                127 => u64::from_be_bytes(self.take(8)?.try_into().expect("eight bytes")) as usize,
                length => length.into(),
            };
            let payload = self.take(length)?;
            match first & 0xf {
                TEXT => return Some(serde_json::from_slice(&payload).expect("it sends JSON")),
                CLOSE => return None,
                _ => {}
            }
        }
    }

    /// Everything up to the end.
    pub(crate) fn drain(mut self) -> Vec<u8> {
        while self.next().is_some() {}
        self.heard
    }

    fn take(&mut self, length: usize) -> Option<Vec<u8>> {
        while self.heard.len() < self.read_to + length {
            if !self.hear(self.read_to + length - self.heard.len()) {
                return None;
            }
        }
        let taken = self.heard[self.read_to..self.read_to + length].to_vec();
        self.read_to += length;
        Some(taken)
    }

    fn hear(&mut self, at_most: usize) -> bool {
        let mut bytes = vec![0; at_most];
        match self.stream.read(&mut bytes) {
            Ok(length) => {
                self.heard.extend_from_slice(&bytes[..length]);
                length > 0
            }
            Err(error) if error.kind() == ErrorKind::ConnectionReset => false,
            Err(error) => panic!("{error}"),
        }
    }
}
