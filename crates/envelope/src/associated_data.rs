//! What binds a sealed body to its place.

use uuid::Uuid;

/// Length of [`associated_data`].
pub const ASSOCIATED_DATA_BYTES: usize = 51;

/// Log id ‖ person ‖ command ‖ commit index ‖ type ‖ schema. Position and chain are held by the leaf, so that sealing does not wait for them.
pub fn associated_data(
    log_id: Uuid,
    person: Uuid,
    command: Uuid,
    commit_index: u8,
    kind: u8,
    schema: u8,
) -> [u8; ASSOCIATED_DATA_BYTES] {
    let mut bytes = [0; ASSOCIATED_DATA_BYTES];
    bytes[..16].copy_from_slice(log_id.as_bytes());
    bytes[16..32].copy_from_slice(person.as_bytes());
    bytes[32..48].copy_from_slice(command.as_bytes());
    bytes[48..].copy_from_slice(&[commit_index, kind, schema]);
    bytes
}
