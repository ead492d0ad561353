//! What the server refuses to start with.

use std::{error::Error, fs, path::PathBuf};

use super::tls::Files;
use crate::{
    Visitors,
    server::{ServeError, ServeOptions, Server, TlsError, TlsFiles},
};

#[test]
fn another_address_than_a_loopback_one_is_refused() {
    for listen in ["0.0.0.0:0", "192.0.2.1:8086", "[::]:0", "[2001:db8::1]:8086", "[::ffff:127.0.0.1]:0"] {
        let listen_at = listen.parse().expect("an address");
        let options = ServeOptions::new(listen_at, Visitors::ThisMachine);
        let refused = options.check().expect_err(listen);
        assert!(matches!(refused, ServeError::NotLoopback(_)), "{refused:?}");
        let said = refused.to_string();
        assert!(said.contains(listen) && said.contains("without identity everybody"), "{said}");
    }
}

#[tokio::test]
async fn an_address_that_is_taken_is_named() {
    let first = Server::bind(([127, 0, 0, 1], 0).into(), None).expect("it listens");
    let refused = Server::bind(first.address(), None).map(|_| ()).expect_err("it is taken");
    assert!(refused.to_string().contains(&first.address().to_string()), "{refused}");
    assert!(matches!(refused, ServeError::Listen { .. }));
}

fn refusal(files: &TlsFiles) -> TlsError {
    match Server::bind(([127, 0, 0, 1], 0).into(), Some(files)).map(|_| ()) {
        Err(ServeError::Tls(error)) => error,
        other => panic!("{other:?}"),
    }
}

#[test]
fn tls_files_that_cannot_be_used_are_named_with_what_to_do() {
    let (one, other) = (Files::make(), Files::make());
    let files = one.paths();
    let path = |name: &str| one.dir.path().join(name);

    let missing = TlsFiles { key: path("nowhere.pem"), ..files.clone() };
    let error = refusal(&missing);
    assert!(matches!(&error, TlsError::Unreadable { path, .. } if *path == missing.key), "{error:?}");
    assert!(error.source().is_some());

    let no_certificate = TlsFiles { certificate: files.key.clone(), ..files.clone() };
    assert!(matches!(refusal(&no_certificate), TlsError::NoCertificate(path) if path == files.key));

    let no_key = TlsFiles { key: files.certificate.clone(), ..files.clone() };
    assert!(matches!(refusal(&no_key), TlsError::NoKey(path) if path == files.certificate));

    let of_another = TlsFiles { key: other.paths().key, ..files.clone() };
    let error = refusal(&of_another);
    assert!(matches!(error, TlsError::Unfit { .. }), "{error:?}");
    assert!(error.to_string().contains("the key is the certificate's"), "{error}");

    let cut: PathBuf = path("cut.pem");
    let text = fs::read_to_string(&files.certificate).expect("it is there");
    fs::write(&cut, &text[..text.len() / 2]).expect("it is written");
    let error = refusal(&TlsFiles { certificate: cut.clone(), ..files });
    assert!(
        matches!(&error, TlsError::Unreadable { path, .. } | TlsError::NoCertificate(path) if *path == cut),
        "{error:?}"
    );
}
