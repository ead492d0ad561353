//! Issuers over the network: real servers with TLS on this machine, and authorities that were made for the test.

use std::{
    error::Error,
    fs,
    io::{self, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    path::PathBuf,
    sync::{
        Arc, Mutex,
        mpsc::{Receiver, Sender, channel},
    },
    thread,
    time::{Duration, Instant},
};

use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair, KeyUsagePurpose};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use serde_json::json;
use tempfile::TempDir;

use super::signing::*;
use crate::*;

/// Time that a test gives an answer that does not come.
const SHORT: Duration = Duration::from_millis(500);
/// Nobody who is given up is waited for so long.
const PATIENCE: Duration = Duration::from_secs(10);
/// After which a server that is too slow ends by itself, so that a test which is not given up fails instead of waiting for ever.
const SLOW_FOR: Duration = Duration::from_secs(20);

/// An authority with the file that names it.
struct Authority {
    dir: TempDir,
    issuer: rcgen::Issuer<'static, KeyPair>,
}

impl Authority {
    fn new() -> Authority {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let key = KeyPair::generate().unwrap();
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("ca.pem"), params.self_signed(&key).unwrap().pem()).unwrap();
        Authority { dir, issuer: rcgen::Issuer::new(params, key) }
    }

    fn file(&self) -> PathBuf {
        self.dir.path().join("ca.pem")
    }

    /// A certificate for a name, as a server uses it.
    fn certify(&self, name: &str) -> Arc<ServerConfig> {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new([name.to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let chain = vec![CertificateDer::from(certificate.der().to_vec())];
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .unwrap();
        Arc::new(config)
    }

    fn https(&self) -> Https {
        Https::trusting(&self.file()).unwrap()
    }

    /// One that waits for a short time only.
    fn hasty(&self) -> Https {
        Https::with(&crate::https::certificates(&self.file()).unwrap(), SHORT)
    }
}

/// What a server does after it has read a request.
enum Then {
    /// It answers with these bytes.
    Answers(String),
    /// It says so much, and nothing more until it is dropped.
    Stalls(String),
    /// It says so much, and goes on with a byte now and then.
    Trickles(String),
}

/// A server for one test: what lies at which path.
struct Site {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
    _alive: Sender<()>,
}

impl Site {
    fn start(tls: Arc<ServerConfig>, pages: impl Fn(&str) -> Then + Send + Sync + 'static) -> Site {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let asked = Arc::<Mutex<Vec<String>>>::default();
        let (alive, dropped) = channel();
        let (log, pages, dropped) = (asked.clone(), Arc::new(pages), Arc::new(Mutex::new(dropped)));
        thread::spawn(move || {
            for socket in listener.incoming() {
                let (Ok(socket), Ok(session)) = (socket, ServerConnection::new(tls.clone())) else { return };
                let (log, pages, dropped) = (log.clone(), pages.clone(), dropped.clone());
                // Whoever refuses the certificate breaks off here, which is no fault of the server's.
                thread::spawn(move || {
                    drop(serve(StreamOwned::new(session, socket), &log, &*pages, &dropped))
                });
            }
        });
        Site { address, asked, _alive: alive }
    }

    fn url(&self, path: &str) -> String {
        format!("https://localhost:{}{path}", self.address.port())
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

fn serve(
    mut stream: StreamOwned<ServerConnection, TcpStream>,
    asked: &Mutex<Vec<String>>,
    pages: &dyn Fn(&str) -> Then,
    dropped: &Mutex<Receiver<()>>,
) -> io::Result<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte)?;
        head.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
    asked.lock().unwrap().push(path.clone());
    match pages(&path) {
        Then::Answers(text) => {
            stream.write_all(text.as_bytes())?;
            stream.conn.send_close_notify();
            stream.flush()
        }
        Then::Stalls(text) => {
            stream.write_all(text.as_bytes())?;
            stream.flush()?;
            // Ends with an error once the site is gone.
            let _ = dropped.lock().unwrap().recv_timeout(SLOW_FOR);
            Ok(())
        }
        Then::Trickles(text) => {
            stream.write_all(text.as_bytes())?;
            let begun = Instant::now();
            while begun.elapsed() < SLOW_FOR {
                stream.write_all(b" ")?;
                stream.flush()?;
                thread::sleep(SHORT / 20);
            }
            Ok(())
        }
    }
}

fn page(body: &str) -> Then {
    Then::Answers(format!(
        "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    ))
}

/// What was said to be wrong, with its causes.
fn said(error: &HttpsError) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text = format!("{text}: {error}");
        source = error.source();
    }
    text
}

#[track_caller]
fn refused(https: &Https, url: &str) -> String {
    match https.get(url, KEY_SET_BYTES_MAX) {
        Err(error @ HttpsError::Answer(_)) => said(&error),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_server_with_a_certificate_of_the_authority_gives_its_keys() {
    let (authority, key) = (Authority::new(), local_key());
    let keys = key.key_set();
    let site = Site::start(authority.certify("localhost"), move |_| page(&keys));
    let issuer = Issuer::with_key_set(&site.url("/keys"), authority.https()).unwrap();
    assert!(verifier(issuer).verify(&token(&key, &claims()), now()).is_ok());
    assert_eq!(site.asked(), ["/keys"]);
}

#[test]
fn an_issuer_is_asked_for_its_description_and_then_for_its_keys() {
    let (authority, key) = (Authority::new(), local_key());
    let tls = authority.certify("localhost");
    let keys = key.key_set();
    let keys = Site::start(tls.clone(), move |_| page(&keys));
    let name = Arc::new(Mutex::new(String::new()));
    let (told, keys_at) = (name.clone(), keys.url("/keys"));
    let site = Site::start(tls, move |_| {
        page(&json!({ "issuer": *told.lock().unwrap(), "jwks_uri": keys_at }).to_string())
    });
    *name.lock().unwrap() = site.url("");
    let issuer = Issuer::with_name(&site.url(""), authority.https()).unwrap();
    assert!(verifier(issuer).verify(&token(&key, &claims()), now()).is_ok());
    assert_eq!(
        (site.asked(), keys.asked()),
        (vec!["/.well-known/openid-configuration".to_owned()], vec!["/keys".to_owned()])
    );
}

#[test]
fn a_server_of_another_authority_or_for_another_name_is_not_even_asked() {
    let (authority, other) = (Authority::new(), Authority::new());
    let site = Site::start(authority.certify("localhost"), |_| page("{}"));
    // Its name is the same; what it has signed is not.
    let text = refused(&other.https(), &site.url("/keys"));
    assert!(text.contains("invalid peer certificate"), "{text}");
    let elsewhere = Site::start(authority.certify("issuer.example"), |_| page("{}"));
    let text = refused(&authority.https(), &elsewhere.url("/keys"));
    assert!(text.contains("not valid for"), "{text}");
    assert!(site.asked().is_empty() && elsewhere.asked().is_empty());
    // What the machine trusts has nothing to do with it either.
    if let Ok(https) = Https::new() {
        refused(&https, &site.url("/keys"));
    }
}

#[test]
fn a_redirect_is_refused_although_the_same_server_has_the_keys() {
    let (authority, key) = (Authority::new(), local_key());
    let keys = key.key_set();
    let site = Site::start(authority.certify("localhost"), move |path| match path {
        "/keys" => page(&keys),
        _ => Then::Answers(
            "HTTP/1.1 302 Found\r\nLocation: /keys\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".into(),
        ),
    });
    let answer = authority.https().get(&site.url("/old"), KEY_SET_BYTES_MAX);
    assert!(matches!(answer, Err(HttpsError::Status { status: 302 })), "{answer:?}");
    assert_eq!(site.asked(), ["/old"]);
}

#[test]
fn an_answer_that_is_no_success_is_refused() {
    let authority = Authority::new();
    let site = Site::start(authority.certify("localhost"), |_| {
        Then::Answers("HTTP/1.1 500 Oops\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}".into())
    });
    let answer = authority.https().get(&site.url("/keys"), KEY_SET_BYTES_MAX);
    assert!(matches!(answer, Err(HttpsError::Status { status: 500 })), "{answer:?}");
}

#[test]
fn a_server_that_is_too_slow_is_given_up() {
    let authority = Authority::new();
    const HEAD: &str = "HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n";
    let site = Site::start(authority.certify("localhost"), |path| match path {
        "/silent" => Then::Stalls(String::new()),
        "/half" => Then::Stalls(format!("{HEAD}{{")),
        _ => Then::Trickles(HEAD.into()),
    });
    for path in ["/silent", "/half", "/trickling"] {
        let begun = Instant::now();
        let text = refused(&authority.hasty(), &site.url(path));
        assert!(text.contains("timeout"), "{path}: {text}");
        assert!((SHORT..PATIENCE).contains(&begun.elapsed()), "{path}: {:?}", begun.elapsed());
    }
    // Somebody who accepts, and shakes no hands.
    let deaf = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://localhost:{}/keys", deaf.local_addr().unwrap().port());
    let text = refused(&authority.hasty(), &url);
    assert!(text.contains("timeout"), "{text}");
}

#[test]
fn an_answer_beyond_its_length_is_not_read_to_its_end() {
    let authority = Authority::new();
    let longest = "x".repeat(KEY_SET_BYTES_MAX);
    let site = Site::start(authority.certify("localhost"), move |path| match path {
        "/longest" => page(&longest),
        "/longer" => page(&format!("{longest}x")),
        // It never says how long it is, and never ends.
        _ => Then::Stalls(format!("HTTP/1.1 200 OK\r\n\r\n{longest}{longest}")),
    });
    let https = authority.https();
    assert_eq!(https.get(&site.url("/longest"), KEY_SET_BYTES_MAX).unwrap().len(), KEY_SET_BYTES_MAX);
    for path in ["/longer", "/endless"] {
        let answer = https.get(&site.url(path), KEY_SET_BYTES_MAX);
        assert!(
            matches!(answer, Err(HttpsError::TooLong { bytes_max: KEY_SET_BYTES_MAX })),
            "{path}: {answer:?}"
        );
    }
}

#[test]
fn a_file_of_authorities_that_cannot_be_used_is_named() {
    let authority = Authority::new();
    let path = |name: &str| authority.dir.path().join(name);
    let refused = |path: &PathBuf| Https::trusting(path).map(|_| ()).unwrap_err();
    assert!(matches!(refused(&path("nowhere.pem")), HttpsError::Authorities { .. }));
    fs::write(path("empty.pem"), "no certificate\n").unwrap();
    let error = refused(&path("empty.pem"));
    assert!(matches!(&error, HttpsError::NoAuthority(_)), "{error:?}");
    assert!(error.to_string().contains("empty.pem"), "{error}");
    fs::write(path("cut.pem"), &fs::read_to_string(authority.file()).unwrap()[..100]).unwrap();
    assert!(matches!(refused(&path("cut.pem")), HttpsError::Authorities { .. } | HttpsError::NoAuthority(_)));
}
