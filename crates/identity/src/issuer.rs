//! Keys of an issuer over HTTPS: from the address of its key set, or from what it says of itself (OpenID Connect Discovery 1.0).

use crate::{HttpsError, KEY_SET_BYTES_MAX, KeySource, KeySourceError, object::Object};

/// Where an issuer says where its keys are (OpenID Connect Discovery 1.0 section 4).
const DESCRIPTION: &str = "/.well-known/openid-configuration";

/// Fetches what lies at an address.
pub trait HttpGet: Send + Sync {
    /// The body of a successful answer, which is not longer than `bytes_max`.
    fn get(&self, url: &str, bytes_max: usize) -> Result<Vec<u8>, HttpsError>;
}

/// An issuer with a server.
pub struct Issuer<Http> {
    address: Address,
    http: Http,
}

enum Address {
    KeySet(String),
    Issuer(String),
}

/// An address without TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the address of an issuer begins with https://: whoever can answer in its place can name the keys")]
pub struct IssuerUrlError;

impl<Http: HttpGet> Issuer<Http> {
    /// By the address of the key set.
    pub fn with_key_set(url: &str, http: Http) -> Result<Issuer<Http>, IssuerUrlError> {
        Ok(Issuer { address: Address::KeySet(encrypted(url)?.into()), http })
    }

    /// By the issuer's own address, which is also its name in tokens.
    pub fn with_name(issuer: &str, http: Http) -> Result<Issuer<Http>, IssuerUrlError> {
        Ok(Issuer { address: Address::Issuer(encrypted(issuer)?.into()), http })
    }
}

impl<Http: HttpGet> KeySource for Issuer<Http> {
    fn load(&self) -> Result<Vec<u8>, KeySourceError> {
        let url = match &self.address {
            Address::KeySet(url) => url.clone(),
            Address::Issuer(issuer) => {
                let description = format!("{}{DESCRIPTION}", issuer.trim_end_matches('/'));
                let description = self.http.get(&description, KEY_SET_BYTES_MAX)?;
                let description = Object::parse(&description).ok_or(KeySourceError::Description)?;
                if description.text("issuer") != Some(issuer) {
                    return Err(KeySourceError::Description);
                }
                let url = description.text("jwks_uri").ok_or(KeySourceError::Description)?;
                encrypted(url).map_err(|_| KeySourceError::Description)?.into()
            }
        };
        Ok(self.http.get(&url, KEY_SET_BYTES_MAX)?)
    }
}

fn encrypted(url: &str) -> Result<&str, IssuerUrlError> {
    if url.starts_with("https://") { Ok(url) } else { Err(IssuerUrlError) }
}
