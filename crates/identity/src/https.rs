//! The network.

use std::{io::Read, sync::Arc};

use ureq::{
    Agent,
    tls::{Certificate, RootCerts, TlsConfig, TlsProvider},
};

use crate::{FETCH_WITHIN, HttpGet};

/// HTTPS as this machine trusts it: no proxies, no redirects, no plain HTTP.
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
    /// No answer, or one that is no success.
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
            return Err(HttpsError::NothingToTrust);
        }
        let trusted = trusted.iter().map(|certificate| Certificate::from_der(certificate).to_owned());
        let tls = TlsConfig::builder()
            .provider(TlsProvider::Rustls)
            .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .root_certs(RootCerts::Specific(Arc::new(trusted.collect())))
            .build();
        let config = Agent::config_builder()
            .https_only(true)
            .proxy(None)
            .max_redirects(0)
            .max_redirects_will_error(true)
            .user_agent(concat!("sigeyi/", env!("CARGO_PKG_VERSION")))
            .timeout_global(Some(FETCH_WITHIN))
            .tls_config(tls);
        Ok(Https { agent: config.build().new_agent() })
    }
}

impl HttpGet for Https {
    fn get(&self, url: &str, bytes_max: usize) -> Result<Vec<u8>, HttpsError> {
        let mut answer = self.agent.get(url).call().map_err(|error| HttpsError::Answer(error.into()))?;
        let mut bytes = Vec::new();
        answer
            .body_mut()
            .as_reader()
            // One byte more tells a longer answer.
            .take(bytes_max as u64 + 1)
            .read_to_end(&mut bytes)
            .map_err(|error| HttpsError::Answer(error.into()))?;
        if bytes.len() > bytes_max { Err(HttpsError::TooLong { bytes_max }) } else { Ok(bytes) }
    }
}
