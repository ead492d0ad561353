//! Payloads of the vault's records, byte by byte as in `docs/format.md`.

use uuid::Uuid;

use crate::gcm::{KEY_BYTES, NONCE_BYTES, TAG_BYTES};
use crate::secrets::MASTER_BYTES;
use crate::{BUCKET_PAYLOAD_BYTES, KEYS_PER_BUCKET, SECRETS_PAYLOAD_BYTES};

const KIND_SECRETS: u8 = 1;
const KIND_BUCKET: u8 = 2;

pub(crate) const WRAPPED_MASTER_BYTES: usize = NONCE_BYTES + MASTER_BYTES + TAG_BYTES;
pub(crate) const WRAPPED_KEY_BYTES: usize = NONCE_BYTES + KEY_BYTES + TAG_BYTES;
pub(crate) const BUCKET_KEYS_BYTES: usize = KEYS_PER_BUCKET as usize * KEY_BYTES;
const BUCKET_KEYS_AT: usize = 1 + 4 + 4 + WRAPPED_KEY_BYTES + NONCE_BYTES;

const _: () = assert!(SECRETS_PAYLOAD_BYTES == 1 + WRAPPED_MASTER_BYTES);
const _: () = assert!(BUCKET_PAYLOAD_BYTES == BUCKET_KEYS_AT + BUCKET_KEYS_BYTES + TAG_BYTES);

/// What a ciphertext is, as associated data.
#[derive(Clone, Copy)]
pub(crate) enum Label {
    Secrets,
    BucketKey,
    Bucket,
}

/// Associated data of a wrapped key or bucket: label ‖ log id ‖ bucket number, which is 0 for the secrets.
pub(crate) fn associated_data(label: Label, log_id: Uuid, bucket: u32) -> Vec<u8> {
    let label: &[u8] = match label {
        Label::Secrets => b"secrets",
        Label::BucketKey => b"bucket key",
        Label::Bucket => b"bucket",
    };
    [label, log_id.as_bytes(), &bucket.to_be_bytes()].concat()
}

pub(crate) fn encode_secrets(wrapped_master: &[u8; WRAPPED_MASTER_BYTES]) -> Vec<u8> {
    [&[KIND_SECRETS], wrapped_master.as_slice()].concat()
}

/// Gives the wrapped master secret, or nothing when this is no whole secrets payload.
pub(crate) fn decode_secrets(payload: &[u8]) -> Option<&[u8; WRAPPED_MASTER_BYTES]> {
    let (&kind, rest) = payload.split_first()?;
    (kind == KIND_SECRETS).then_some(rest)?.try_into().ok()
}

/// A bucket record's payload, in its parts.
pub(crate) struct BucketParts<'a> {
    pub(crate) number: u32,
    pub(crate) wrapped_key: &'a [u8; WRAPPED_KEY_BYTES],
    pub(crate) nonce: &'a [u8; NONCE_BYTES],
    pub(crate) ciphertext: &'a [u8; BUCKET_KEYS_BYTES],
    pub(crate) tag: &'a [u8; TAG_BYTES],
}

impl<'a> BucketParts<'a> {
    /// Takes a payload apart, or gives nothing when this is no whole bucket payload.
    pub(crate) fn decode(payload: &'a [u8]) -> Option<Self> {
        let (&[kind], rest) = payload.split_first_chunk()?;
        let (&number, rest) = rest.split_first_chunk()?;
        let (&count, rest) = rest.split_first_chunk()?;
        let (wrapped_key, rest) = rest.split_first_chunk()?;
        let (nonce, rest) = rest.split_first_chunk()?;
        let (ciphertext, rest) = rest.split_first_chunk()?;
        let tag = rest.try_into().ok()?;
        let number = u32::from_be_bytes(number);
        (kind == KIND_BUCKET && u32::from_be_bytes(count) == KEYS_PER_BUCKET).then_some(Self {
            number,
            wrapped_key,
            nonce,
            ciphertext,
            tag,
        })
    }
}

/// A bucket record's payload, from its parts.
pub(crate) fn encode_bucket(
    number: u32,
    wrapped_key: &[u8; WRAPPED_KEY_BYTES],
    nonce: &[u8; NONCE_BYTES],
    ciphertext: &[u8],
    tag: &[u8; TAG_BYTES],
) -> Vec<u8> {
    let head = [&[KIND_BUCKET], number.to_be_bytes().as_slice(), &KEYS_PER_BUCKET.to_be_bytes()].concat();
    [&head, wrapped_key.as_slice(), nonce, ciphertext, tag].concat()
}
