//! The whole log as a file: from the request to the last line.

use std::time::Instant;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::client::find;

/// Bytes that are read at a time.
const READ_BYTES: usize = 256 * 1024;

pub(crate) async fn run(address: &str) {
    println!("| the whole log as a file | events | MB on the wire | s | events/s |\n|---|---|---|---|---|");
    for encoding in ["identity", "zstd", "gzip"] {
        let began = Instant::now();
        let mut stream = TcpStream::connect(address).await.expect("the server listens");
        let request =
            format!("GET /events.ndjson HTTP/1.0\r\nhost: localhost\r\naccept-encoding: {encoding}\r\n\r\n");
        stream.write_all(request.as_bytes()).await.expect("it is taken");
        let (mut piece, mut tail, mut bytes) = (vec![0; READ_BYTES], Vec::new(), 0);
        loop {
            let length = stream.read(&mut piece).await.expect("it goes on");
            if length == 0 {
                break;
            }
            bytes += length;
            tail.extend_from_slice(&piece[..length]);
            let kept_from = tail.len().saturating_sub(1_024);
            tail.drain(..kept_from);
        }
        let seconds = began.elapsed().as_secs_f64();
        let megabytes = bytes as f64 / 1e6;
        if encoding != "identity" {
            println!("| {encoding} | the same | {megabytes:.1} | {seconds:.2} | |");
            continue;
        }
        const KEY: &[u8] = b"{\"end\":{\"count\":";
        let from = find(&tail, KEY).expect("the file is whole") + KEY.len();
        let digits = tail[from..].iter().take_while(|byte| byte.is_ascii_digit());
        let count = digits.fold(0_u64, |number, digit| number * 10 + u64::from(digit - b'0'));
        println!("| {encoding} | {count} | {megabytes:.1} | {seconds:.2} | {:.0} |", count as f64 / seconds);
    }
    println!();
}
