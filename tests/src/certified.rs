//! Certificates of authorities that are made for a test.

use std::path::PathBuf;

use crate::Place;

/// An authority, and the certificate of a server on this machine that it has signed: the files of its own certificate, of the server's and of the key.
pub fn certified(place: &Place, name: &str) -> [PathBuf; 3] {
    let mut authority = rcgen::CertificateParams::new(Vec::new()).expect("no names");
    authority.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    authority.key_usages = vec![rcgen::KeyUsagePurpose::KeyCertSign];
    let key = rcgen::KeyPair::generate().expect("a key");
    let own = authority.self_signed(&key).expect("a certificate");
    let issuer = rcgen::Issuer::new(authority, key);
    let key = rcgen::KeyPair::generate().expect("a key");
    let params = rcgen::CertificateParams::new(["127.0.0.1".to_owned()]).expect("a name");
    let signed = params.signed_by(&key, &issuer).expect("a certificate");
    [
        place.file(&format!("{name}-ca.pem"), own.pem()),
        place.file(&format!("{name}.pem"), signed.pem()),
        place.file(&format!("{name}.key"), key.serialize_pem()),
    ]
}
