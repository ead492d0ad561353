//! TLS with a certificate made for the test.

use std::{fs, sync::Arc, time::Duration};

use rustls::{
    ClientConfig, RootCertStore, SupportedProtocolVersion,
    crypto::ring,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::watch,
};
use tokio_rustls::{TlsConnector, client::TlsStream};

use super::running::{Answer, Running, hello, to_end};
use crate::{
    metrics::{Metrics, Readings},
    server::{Server, TlsFiles, limits::ConnectionLimits},
};

/// A certificate for `localhost` with its key.
pub(crate) struct Files {
    pub(crate) dir: TempDir,
}

impl Files {
    pub(crate) fn make() -> Files {
        let files = Files { dir: tempfile::tempdir().expect("a temporary folder") };
        files.renew();
        files
    }

    /// Another certificate with its key, in the same files.
    pub(crate) fn renew(&self) {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
        fs::write(self.paths().certificate, made.cert.pem()).expect("it is written");
        fs::write(self.paths().key, made.signing_key.serialize_pem()).expect("it is written");
    }

    fn certificate(&self) -> CertificateDer<'static> {
        CertificateDer::from_pem_file(self.paths().certificate).expect("it is PEM")
    }

    pub(crate) fn paths(&self) -> TlsFiles {
        let path = |name: &str| self.dir.path().join(name);
        TlsFiles { certificate: path("certificate.pem"), key: path("key.pem") }
    }

    /// A client that trusts this certificate alone and speaks one version.
    async fn dial(
        &self,
        socket: TcpStream,
        version: &'static SupportedProtocolVersion,
    ) -> TlsStream<TcpStream> {
        self.trusting(socket, self.certificate(), version).await.expect("they agree")
    }

    async fn trusting(
        &self,
        socket: TcpStream,
        certificate: CertificateDer<'static>,
        version: &'static SupportedProtocolVersion,
    ) -> std::io::Result<TlsStream<TcpStream>> {
        let mut roots = RootCertStore::empty();
        roots.add(certificate).expect("it is a root");
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_protocol_versions(&[version])
            .expect("the version is there")
            .with_root_certificates(roots)
            .with_no_client_auth();
        let name = ServerName::try_from("localhost").expect("a name");
        TlsConnector::from(Arc::new(config)).connect(name, socket).await
    }
}

fn start(files: &Files, limits: ConnectionLimits) -> Running {
    Running::start_with(|_, _| hello(), limits, Some(&files.paths()))
}

#[tokio::test]
async fn both_versions_are_spoken() {
    let files = Files::make();
    let running = start(&files, ConnectionLimits::default());
    for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
        let mut stream = files.dial(running.connect().await, version).await;
        assert_eq!(stream.get_ref().1.protocol_version(), Some(version.version));
        let request = b"GET /hello HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
        stream.write_all(request).await.expect("it is sent");
        assert_eq!(Answer::of(&to_end(&mut stream).await).text(), "hello");
    }
}

#[tokio::test]
async fn renewed_files_are_for_connections_from_then_on_and_bad_ones_change_nothing() {
    let files = Files::make();
    let server = Server::bind(([127, 0, 0, 1], 0).into(), Some(&files.paths())).expect("it listens");
    let (address, tls) = (server.address(), server.tls().expect("it speaks TLS"));
    let (shutdown, _shutting_down) = watch::channel(false);
    let metrics = Metrics::new(Readings::new(Vec::new));
    tokio::spawn(server.run(hello(), metrics, shutdown, std::future::pending()));
    let version = &rustls::version::TLS13;
    let dial = async |certificate| {
        let socket = TcpStream::connect(address).await.expect("it accepts");
        files.trusting(socket, certificate, version).await
    };
    let first = files.certificate();
    let mut open = dial(first.clone()).await.expect("they agree");

    files.renew();
    let second = files.certificate();
    assert!(dial(second.clone()).await.is_err(), "the files are not read before it is told to");
    tls.read_again();
    assert!(dial(second.clone()).await.is_ok());
    assert!(dial(first.clone()).await.is_err());
    let request = b"GET /hello HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    open.write_all(request).await.expect("it is sent");
    assert_eq!(Answer::of(&to_end(&mut open).await).text(), "hello", "an open connection stays");

    // A key of another certificate, and no key at all.
    let other = Files::make();
    fs::copy(other.paths().key, files.paths().key).expect("it is copied");
    tls.read_again();
    assert!(dial(second.clone()).await.is_ok());
    fs::remove_file(files.paths().key).expect("it is removed");
    tls.read_again();
    assert!(dial(second).await.is_ok());
}

#[tokio::test]
async fn an_older_version_is_refused() {
    const ALERT: u8 = 21;
    const PROTOCOL_VERSION: u8 = 70;
    let files = Files::make();
    let running = start(&files, ConnectionLimits::default());
    // A hello of TLS 1.1: version, random, no session, one cipher suite, no compression, P-256, one signature algorithm.
    let mut hello = vec![3, 2];
    hello.extend([7; 32]);
    hello.extend([0, 0, 2, 0xc0, 0x2b, 1, 0, 0, 16]);
    hello.extend([0, 10, 0, 4, 0, 2, 0, 23, 0, 13, 0, 4, 0, 2, 4, 3]);
    let mut message = vec![1, 0, 0, hello.len() as u8];
    message.extend(hello);
    let mut record = vec![22, 3, 1, 0, message.len() as u8];
    record.extend(message);
    let mut socket = running.connect().await;
    socket.write_all(&record).await.expect("it is sent");
    let answer = to_end(&mut socket).await;
    assert_eq!(answer.first(), Some(&ALERT), "{answer:?}");
    assert_eq!(answer.last(), Some(&PROTOCOL_VERSION), "{answer:?}");
}

#[tokio::test]
async fn a_handshake_that_does_not_come_is_cut_off() {
    let files = Files::make();
    let limits = ConnectionLimits { handshake_time_max: Duration::from_millis(200), ..Default::default() };
    let running = start(&files, limits);
    assert!(to_end(&mut running.connect().await).await.is_empty());
    running.metric("sigeyi_connections_open 0").await;
}

#[tokio::test]
async fn plain_http_is_not_answered_on_a_tls_port() {
    let files = Files::make();
    let running = start(&files, ConnectionLimits::default());
    let mut socket = running.connect().await;
    socket.write_all(b"GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n").await.expect("it is sent");
    let mut bytes = Vec::new();
    let _ = socket.read_to_end(&mut bytes).await;
    assert!(!bytes.starts_with(b"HTTP"), "{bytes:?}");
}
