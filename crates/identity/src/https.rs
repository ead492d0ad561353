//! The network.

use std::{
    io::Read,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use rustls_pki_types::{CertificateDer, pem::PemObject};

use ureq::{
    Agent, Body,
    tls::{Certificate, RootCerts, TlsConfig, TlsProvider},
};

use crate::{FETCH_WITHIN, HttpGet};

/// HTTPS as somebody trusts it: no proxies, no redirects, no plain HTTP.
pub struct Https {
    agent: Agent,
}

/// Why nothing was fetched.
#[derive(Debug, thiserror::Error)]
pub enum HttpsError {
    /// The machine trusts nobody.
    #[error(
        "this machine has no list of certificates to trust: install ca-certificates, or set SSL_CERT_FILE"
    )]
    NothingToTrust,
    /// The file of authorities.
    #[error("{path} cannot be read as certificates in PEM: check the file and its permissions")]
    Authorities {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: rustls_pki_types::pem::Error,
    },
    /// A file of authorities without any.
    #[error("{0} holds no certificate: give the PEM file of the authority that the server has its own from")]
    NoAuthority(PathBuf),
    /// An answer that does not have what was asked for: also a redirect, which is not followed.
    #[error("the server answers {status} where only 200 will do: give the address itself that has the keys")]
    Status {
        /// What it answers.
        status: u16,
    },
    /// No answer.
    #[error("the server does not answer as it should")]
    Answer(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Too much.
    #[error("the answer is longer than {bytes_max} bytes")]
    TooLong {
        /// How much is taken.
        bytes_max: usize,
    },
}

impl Https {
    /// Trusts what the machine trusts, or what `SSL_CERT_FILE` names.
    pub fn new() -> Result<Https, HttpsError> {
        let trusted = rustls_native_certs::load_native_certs().certs;
        if trusted.is_empty() {
            Err(HttpsError::NothingToTrust)
        } else {
            Ok(Https::with(&trusted, FETCH_WITHIN))
        }
    }

    /// Trusts the authorities of a PEM file, and nobody else.
    pub fn trusting(authorities: &Path) -> Result<Https, HttpsError> {
        Ok(Https::with(&certificates(authorities)?, FETCH_WITHIN))
    }

    /// Each answer must be whole within the time, connecting included.
    pub(crate) fn with(trusted: &[CertificateDer<'_>], within: Duration) -> Https {
        let trusted = trusted.iter().map(|certificate| Certificate::from_der(certificate).to_owned());
        let tls = TlsConfig::builder()
            .provider(TlsProvider::Rustls)
            .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .root_certs(RootCerts::Specific(Arc::new(trusted.collect())))
            .build();
        let config = Agent::config_builder()
            .https_only(true)
            .proxy(None)
            // None is followed, and what came with it is taken for an answer, whose status is looked at.
            .max_redirects(0)
            .http_status_as_error(false)
            .user_agent(concat!("sigeyi/", env!("CARGO_PKG_VERSION")))
            .timeout_global(Some(within))
            .tls_config(tls);
        Https { agent: config.build().new_agent() }
    }
}

impl Https {
    /// Sends a text, and gives the status and the body of whatever is answered, whole within the time.
    pub fn post_text(
        &self,
        url: &str,
        text: &str,
        bytes_max: usize,
        within: Duration,
    ) -> Result<(u16, Vec<u8>), HttpsError> {
        let request = self.agent.post(url).config().timeout_global(Some(within)).build();
        let mut answer = request.send(text).map_err(|error| HttpsError::Answer(error.into()))?;
        Ok((answer.status().as_u16(), body(answer.body_mut(), bytes_max)?))
    }
}

/// What is answered, unless it is longer.
fn body(body: &mut Body, bytes_max: usize) -> Result<Vec<u8>, HttpsError> {
    let mut bytes = Vec::new();
    // One byte more tells a longer answer.
    let mut reader = body.as_reader().take(bytes_max as u64 + 1);
    reader.read_to_end(&mut bytes).map_err(|error| HttpsError::Answer(error.into()))?;
    if bytes.len() > bytes_max { Err(HttpsError::TooLong { bytes_max }) } else { Ok(bytes) }
}

/// The certificates of a PEM file, at least one.
pub fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, HttpsError> {
    let unreadable = |source| HttpsError::Authorities { path: path.to_owned(), source };
    let certificates: Result<Vec<_>, _> = CertificateDer::pem_file_iter(path).map_err(unreadable)?.collect();
    let certificates = certificates.map_err(unreadable)?;
    if certificates.is_empty() { Err(HttpsError::NoAuthority(path.to_owned())) } else { Ok(certificates) }
}

impl HttpGet for Https {
    fn get(&self, url: &str, bytes_max: usize) -> Result<Vec<u8>, HttpsError> {
        let mut answer = self.agent.get(url).call().map_err(|error| HttpsError::Answer(error.into()))?;
        if answer.status() != 200 {
            return Err(HttpsError::Status { status: answer.status().as_u16() });
        }
        body(answer.body_mut(), bytes_max)
    }
}
