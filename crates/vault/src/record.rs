//! Payloads of the vault's records, byte by byte as in `docs/format.md`.

use uuid::Uuid;

use crate::marks::MARKS_BYTES;
use crate::provider::RootId;
use crate::secrets::MASTER_BYTES;
use crate::suite::{CipherSuite, KEY_BYTES, NONCE_BYTES, TAG_BYTES};
use crate::{BUCKET_PAYLOAD_BYTES, KEYS_PER_BUCKET, MARKED_BUCKET_PAYLOAD_BYTES, SECRETS_PAYLOAD_BYTES};

/// Secrets that do not say under which root key they lie: no longer written.
const KIND_UNNAMED_SECRETS: u8 = 1;
const KIND_BUCKET: u8 = 2;
const KIND_SECRETS: u8 = 3;
const KIND_MARKED_BUCKET: u8 = 4;
/// As [`KIND_SECRETS`], in a vault of SM4-GCM and SM3.
const KIND_GUOMI_SECRETS: u8 = 5;

pub(crate) const WRAPPED_MASTER_BYTES: usize = NONCE_BYTES + MASTER_BYTES + TAG_BYTES;
pub(crate) const WRAPPED_KEY_BYTES: usize = NONCE_BYTES + KEY_BYTES + TAG_BYTES;
pub(crate) const BUCKET_KEYS_BYTES: usize = KEYS_PER_BUCKET as usize * KEY_BYTES;
const WRAPPED_KEY_AT: usize = 1 + 4 + 4;
const BUCKET_KEYS_AT: usize = WRAPPED_KEY_AT + WRAPPED_KEY_BYTES + NONCE_BYTES;

const _: () = assert!(SECRETS_PAYLOAD_BYTES == 1 + 32 + WRAPPED_MASTER_BYTES);
const _: () = assert!(BUCKET_PAYLOAD_BYTES == BUCKET_KEYS_AT + BUCKET_KEYS_BYTES + TAG_BYTES);
const _: () = assert!(MARKED_BUCKET_PAYLOAD_BYTES == BUCKET_PAYLOAD_BYTES + MARKS_BYTES);

/// What a ciphertext is, as associated data.
#[derive(Clone, Copy)]
pub(crate) enum Label {
    Secrets,
    BucketKey,
    Bucket,
    MarkedBucket,
}

/// Associated data of a wrapped key or bucket: label ‖ log id ‖ bucket number, which is 0 for the secrets.
pub(crate) fn associated_data(label: Label, log_id: Uuid, bucket: u32) -> Vec<u8> {
    let label: &[u8] = match label {
        Label::Secrets => b"secrets",
        Label::BucketKey => b"bucket key",
        Label::Bucket => b"bucket",
        Label::MarkedBucket => b"marked bucket",
    };
    [label, log_id.as_bytes(), &bucket.to_be_bytes()].concat()
}

/// A secrets record's payload, in its parts.
pub(crate) struct SecretsParts<'a> {
    /// By which algorithms everything in the file is encrypted.
    pub(crate) suite: CipherSuite,
    /// Under which root key everything in the file is wrapped; none in a vault that was made before vaults named it.
    pub(crate) root: Option<RootId>,
    pub(crate) wrapped_master: &'a [u8; WRAPPED_MASTER_BYTES],
}

impl<'a> SecretsParts<'a> {
    /// Takes a payload apart, or gives nothing when this is no whole secrets payload.
    pub(crate) fn decode(payload: &'a [u8]) -> Option<Self> {
        let (&kind, rest) = payload.split_first()?;
        let suite = match kind {
            KIND_SECRETS | KIND_UNNAMED_SECRETS => CipherSuite::Aes256GcmSha256,
            KIND_GUOMI_SECRETS => CipherSuite::Sm4GcmSm3,
            _ => return None,
        };
        let (root, rest) = if kind == KIND_UNNAMED_SECRETS {
            (None, rest)
        } else {
            let (root, rest) = rest.split_first_chunk()?;
            (Some(RootId(*root)), rest)
        };
        Some(Self { suite, root, wrapped_master: rest.try_into().ok()? })
    }
}

pub(crate) fn encode_secrets(
    suite: CipherSuite,
    root: RootId,
    wrapped_master: &[u8; WRAPPED_MASTER_BYTES],
) -> Vec<u8> {
    let kind = match suite {
        CipherSuite::Aes256GcmSha256 => KIND_SECRETS,
        CipherSuite::Sm4GcmSm3 => KIND_GUOMI_SECRETS,
    };
    [&[kind], root.0.as_slice(), wrapped_master.as_slice()].concat()
}

/// A bucket record's payload, in its parts.
pub(crate) struct BucketParts<'a> {
    pub(crate) number: u32,
    pub(crate) wrapped_key: &'a [u8; WRAPPED_KEY_BYTES],
    pub(crate) nonce: &'a [u8; NONCE_BYTES],
    /// Of the slots and, in a marked bucket, the marks behind them.
    pub(crate) ciphertext: &'a [u8],
    pub(crate) tag: &'a [u8; TAG_BYTES],
    pub(crate) is_marked: bool,
}

impl<'a> BucketParts<'a> {
    /// Takes a payload apart, or gives nothing when this is no whole bucket payload.
    pub(crate) fn decode(payload: &'a [u8]) -> Option<Self> {
        let (&[kind], rest) = payload.split_first_chunk()?;
        let (&number, rest) = rest.split_first_chunk()?;
        let (&count, rest) = rest.split_first_chunk()?;
        let (wrapped_key, rest) = rest.split_first_chunk()?;
        let (nonce, rest) = rest.split_first_chunk()?;
        let (ciphertext, tag) = rest.split_last_chunk()?;
        let is_marked = kind == KIND_MARKED_BUCKET;
        let has_form = (is_marked || kind == KIND_BUCKET)
            && u32::from_be_bytes(count) == KEYS_PER_BUCKET
            && ciphertext.len() == BUCKET_KEYS_BYTES + if is_marked { MARKS_BYTES } else { 0 };
        let number = u32::from_be_bytes(number);
        has_form.then_some(Self { number, wrapped_key, nonce, ciphertext, tag, is_marked })
    }

    /// What its ciphertext is bound to.
    pub(crate) fn label(&self) -> Label {
        if self.is_marked { Label::MarkedBucket } else { Label::Bucket }
    }

    /// The payload.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let kind = if self.is_marked { KIND_MARKED_BUCKET } else { KIND_BUCKET };
        let head = [&[kind], self.number.to_be_bytes().as_slice(), &KEYS_PER_BUCKET.to_be_bytes()].concat();
        [&head, self.wrapped_key.as_slice(), self.nonce, self.ciphertext, self.tag].concat()
    }
}
