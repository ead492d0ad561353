//! The HTTP client: where to, how long, and whom to trust.

use std::{
    io::{BufReader, Read},
    path::Path,
    sync::Arc,
    time::Duration,
};

use serde::Deserialize;
use sigeyi_identity::certificates;
use ureq::{
    Agent, AsSendBody, Body,
    http::{Response, StatusCode},
    tls::{Certificate, RootCerts, TlsConfig, TlsProvider},
};

use super::{error::ServerError, token::BearerToken, url::ServerUrl};
use crate::output::{harmless, say};

/// Time to find the machine, and again to connect to it, TLS included.
const CONNECT_WITHIN: Duration = Duration::from_secs(10);
/// Time in which the server must take some of what is sent. It takes no more than it records.
const TAKE_WITHIN: Duration = Duration::from_secs(120);
/// Time for a short text.
const TEXT_WITHIN: Duration = Duration::from_secs(30);
/// Length of a refusal at most, in bytes.
const REFUSAL_BYTES_MAX: u64 = 64 * 1024;
/// What is shown of a refusal that is plain text, in characters.
const TEXT_CHARS_MAX: usize = 300;

/// One server.
pub(crate) struct Client {
    agent: Agent,
    url: ServerUrl,
    token: Option<BearerToken>,
}

/// How long an answer may take.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Patience {
    /// Until it begins, after everything was sent.
    pub(crate) until_begin: Duration,
    /// From then to its end.
    pub(crate) until_end: Duration,
}

impl Client {
    /// A client for this server alone: no proxies, no redirects.
    pub(crate) fn new(url: &ServerUrl, token: Option<BearerToken>) -> Result<Client, ServerError> {
        if url.is_exposed() {
            say(
                "注意：连接没有加密，个人信息会以明文经过网络 the connection is not encrypted: personal data go over the network in clear",
            );
        }
        let trust = if url.is_encrypted() { Trust::Machine } else { Trust::InClear };
        Ok(Client { agent: agent(trust)?, url: url.clone(), token })
    }

    /// The server's address.
    pub(crate) fn url(&self) -> &ServerUrl {
        &self.url
    }

    /// Sends a body, and gives the answer that is no refusal.
    pub(crate) fn post(
        &self,
        path: &str,
        headers: &[(&str, &str)],
        body: impl AsSendBody,
        patience: Patience,
    ) -> Result<Response<Body>, ServerError> {
        let mut request = self
            .agent
            .post(self.url.of(path))
            .config()
            .timeout_recv_response(Some(patience.until_begin))
            .timeout_recv_body(Some(patience.until_end))
            .build();
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(token) = &self.token {
            request = request.header("authorization", token.header().as_str());
        }
        let mut response = request.send(body).map_err(|source| ServerError::of(&self.url, source))?;
        if response.status().is_success() { Ok(response) } else { Err(self.refused(&mut response)) }
    }

    /// Asks for a text that is for everybody.
    pub(crate) fn text(&self, path: &str, bytes_max: u64) -> Result<String, ServerError> {
        let request = self.agent.get(self.url.of(path)).config().timeout_global(Some(TEXT_WITHIN)).build();
        let mut response = request.call().map_err(|source| ServerError::of(&self.url, source))?;
        if !response.status().is_success() {
            return Err(self.refused(&mut response));
        }
        let text = response.into_body().into_with_config().limit(bytes_max).read_to_string();
        text.map_err(|source| ServerError::of(&self.url, source))
    }

    /// Sends a text, and gives the status and the text of whatever is answered.
    pub(crate) fn post_text(
        &self,
        path: &str,
        body: &str,
        bytes_max: u64,
        within: Duration,
    ) -> Result<(u16, String), ServerError> {
        let request = self.agent.post(self.url.of(path)).config().timeout_global(Some(within)).build();
        let response = request.send(body).map_err(|source| ServerError::of(&self.url, source))?;
        let status = response.status().as_u16();
        let text = response.into_body().into_with_config().limit(bytes_max).read_to_string();
        Ok((status, text.map_err(|source| ServerError::of(&self.url, source))?))
    }

    /// Asks for something in the name of the token, and gives the answer that is no refusal.
    pub(crate) fn get(&self, path: &str, within: Duration) -> Result<Response<Body>, ServerError> {
        let mut request = self.agent.get(self.url.of(path)).config().timeout_global(Some(within)).build();
        if let Some(token) = &self.token {
            request = request.header("authorization", token.header().as_str());
        }
        let mut response = request.call().map_err(|source| ServerError::of(&self.url, source))?;
        if response.status().is_success() { Ok(response) } else { Err(self.refused(&mut response)) }
    }

    /// Reads an answer that is JSON.
    pub(crate) fn json<T: for<'de> Deserialize<'de>>(
        &self,
        response: Response<Body>,
        bytes_max: u64,
    ) -> Result<T, ServerError> {
        let reader = response.into_body().into_with_config().limit(bytes_max).reader();
        serde_json::from_reader(BufReader::new(reader)).map_err(|error| match error.io_error_kind() {
            Some(kind) => ServerError::of(&self.url, ureq::Error::Io(kind.into())),
            None => ServerError::Strange { url: self.url.clone() },
        })
    }

    fn refused(&self, response: &mut Response<Body>) -> ServerError {
        if response.status() == StatusCode::UNAUTHORIZED {
            return match self.token {
                Some(_) => ServerError::TokenNotBelieved,
                None => ServerError::TokenMissing,
            };
        }
        let mut bytes = Vec::new();
        // What has come of a refusal says more than that it broke off.
        let _ = response.body_mut().as_reader().take(REFUSAL_BYTES_MAX).read_to_end(&mut bytes);
        match serde_json::from_slice::<Errors>(&bytes).ok().and_then(Errors::first) {
            Some(refusal) => refusal,
            None => {
                let text: String = String::from_utf8_lossy(&bytes).chars().take(TEXT_CHARS_MAX).collect();
                ServerError::Refused { code: response.status().to_string(), message: harmless(text.trim()) }
            }
        }
    }
}

/// Whom a connection trusts.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Trust<'t> {
    /// TLS is not spoken.
    InClear,
    /// Whom the machine trusts, or whom `SSL_CERT_FILE` names.
    Machine,
    /// The authorities of a PEM file, and nobody else.
    Authorities(&'t Path),
}

/// Connections without proxies and redirects. Whatever is answered is an answer.
pub(crate) fn agent(trust: Trust<'_>) -> Result<Agent, ServerError> {
    let mut config = Agent::config_builder()
        .proxy(None)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .http_status_as_error(false)
        .user_agent(concat!("sigeyi/", env!("CARGO_PKG_VERSION")))
        .timeout_resolve(Some(CONNECT_WITHIN))
        .timeout_connect(Some(CONNECT_WITHIN))
        .timeout_per_write(Some(TAKE_WITHIN));
    if let Some(trusted) = trusted(trust)? {
        config = config.tls_config(tls(trusted));
    }
    Ok(config.build().new_agent())
}

/// The errors of an answer, as GraphQL and the imports give them.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Errors {
    errors: Vec<ErrorEntry>,
}

#[derive(Deserialize)]
struct ErrorEntry {
    message: String,
    #[serde(default)]
    extensions: Extensions,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Extensions {
    code: Option<String>,
}

impl Errors {
    /// The first one, if there is one.
    pub(super) fn first(self) -> Option<ServerError> {
        let first = self.errors.into_iter().next()?;
        let code = first.extensions.code.unwrap_or_else(|| "ERROR".to_owned());
        Some(ServerError::Refused { code: harmless(&code), message: harmless(&first.message) })
    }
}

/// The authorities; none where TLS is not spoken.
fn trusted(trust: Trust<'_>) -> Result<Option<Vec<Certificate<'static>>>, ServerError> {
    let found = match trust {
        Trust::InClear => return Ok(None),
        Trust::Machine => rustls_native_certs::load_native_certs().certs,
        Trust::Authorities(path) => certificates(path)?,
    };
    if found.is_empty() {
        return Err(ServerError::NothingToTrust);
    }
    Ok(Some(found.iter().map(|certificate| Certificate::from_der(certificate).to_owned()).collect()))
}

fn tls(trusted: Vec<Certificate<'static>>) -> TlsConfig {
    TlsConfig::builder()
        .provider(TlsProvider::Rustls)
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .root_certs(RootCerts::Specific(Arc::new(trusted)))
        .build()
}
