//! Signatures as [Standard Webhooks](https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md) has them.

use std::{fs::File, io::Read, path::Path};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use ring::hmac;
use zeroize::Zeroizing;

use super::error::RelayError;

/// What a secret may begin with.
const PREFIX: &str = "whsec_";
/// A secret, in bytes, as the standard asks for it.
const SECRET_BYTES_MIN: usize = 24;
const SECRET_BYTES_MAX: usize = 64;
/// The file, in bytes.
const FILE_BYTES_MAX: u64 = 1_024;

/// A key that signs what is sent.
pub(super) struct Signer(hmac::Key);

impl Signer {
    /// With the secret in a file.
    pub(super) fn read(path: &Path) -> Result<Signer, RelayError> {
        let mut text = Zeroizing::new(String::new());
        File::open(path)
            .and_then(|file| file.take(FILE_BYTES_MAX).read_to_string(&mut text))
            .map_err(|source| RelayError::Io { path: path.to_owned(), source })?;
        Signer::of(&text).ok_or_else(|| RelayError::Secret { path: path.to_owned() })
    }

    fn of(text: &str) -> Option<Signer> {
        let text = text.trim();
        let secret = STANDARD.decode(text.strip_prefix(PREFIX).unwrap_or(text)).map(Zeroizing::new).ok()?;
        let is_long_enough = (SECRET_BYTES_MIN..=SECRET_BYTES_MAX).contains(&secret.len());
        is_long_enough.then(|| Signer(hmac::Key::new(hmac::HMAC_SHA256, &secret)))
    }

    /// The value of `webhook-signature`.
    pub(super) fn sign(&self, id: &str, timestamp: i64, body: &str) -> String {
        let tag = hmac::sign(&self.0, format!("{id}.{timestamp}.{body}").as_bytes());
        format!("v1,{}", STANDARD.encode(tag.as_ref()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the standard's own libraries.
    #[test]
    fn the_signature_is_that_of_the_standard() {
        let signer = Signer::of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n").unwrap();
        let signed = signer.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, "{\"test\": 2432232314}");
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn a_secret_that_is_too_short_or_no_base64_is_none() {
        assert!(Signer::of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS=").is_none());
        assert!(Signer::of(&STANDARD.encode([7; 23])).is_none());
        assert!(Signer::of(&STANDARD.encode([7; 65])).is_none());
        assert!(Signer::of("").is_none());
        assert!(Signer::of(&STANDARD.encode([7; 24])).is_some());
    }
}
