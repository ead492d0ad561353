//! From a key id to the key's number: a hash table of numbers, 5 to 12 bytes a key. The ids themselves stay in their buckets.

use hashbrown::HashTable;

use crate::bucket::Buckets;
use crate::key::{KeyId, KeyNumber};

#[derive(Default)]
pub(crate) struct KeyIndex(HashTable<u32>);

impl KeyIndex {
    /// Indexes every key of `buckets`.
    pub(crate) fn of(buckets: &Buckets) -> Self {
        let mut index = Self(HashTable::with_capacity(buckets.keys_made() as usize));
        index.extend_to(buckets);
        index
    }

    /// Indexes the keys of `buckets` that came after the last one indexed.
    pub(crate) fn extend_to(&mut self, buckets: &Buckets) {
        // All keys before are in, one entry a key.
        let first = self.0.len() as u32;
        let hash_of_number = |number: &u32| buckets.id(KeyNumber(*number)).map_or(0, hash_of);
        for number in first..buckets.keys_made() {
            self.0.insert_unique(hash_of_number(&number), number, hash_of_number);
        }
    }

    pub(crate) fn find(&self, id: &KeyId, buckets: &Buckets) -> Option<KeyNumber> {
        let matches = |number: &u32| buckets.id(KeyNumber(*number)) == Some(id);
        self.0.find(hash_of(id), matches).copied().map(KeyNumber)
    }
}

/// An id is a digest of a random key, which nobody chooses: its first bytes are a hash already.
fn hash_of(id: &KeyId) -> u64 {
    let [a, b, c, d, e, f, g, h, ..] = *id;
    u64::from_be_bytes([a, b, c, d, e, f, g, h])
}
