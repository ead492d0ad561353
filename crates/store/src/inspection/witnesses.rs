//! Who, apart from the journal's own frames, knows the tree at a position.

use std::collections::BTreeMap;

use sigeyi_proof::Hash;

/// Somebody who knows that the log reached a position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Witness {
    /// The log has at least so many events.
    pub position: u64,
    /// The tree root over them, where the witness knows it.
    pub root: Option<Hash>,
    /// Whether the log ended right there, closed in good order.
    pub is_end: bool,
    /// Who it is: "HEAD", or the name of a snapshot.
    pub name: String,
}

/// Everybody who knows something of the log.
#[derive(Debug, Clone, Default)]
pub struct Witnesses(BTreeMap<u64, Vec<Witness>>);

impl Witnesses {
    /// Adds one.
    pub fn add(&mut self, witness: Witness) {
        self.0.entry(witness.position).or_default().push(witness);
    }

    /// Those at a position.
    pub fn at(&self, position: u64) -> &[Witness] {
        self.0.get(&position).map_or(&[], Vec::as_slice)
    }

    /// Who knows most.
    pub fn furthest(&self) -> Option<&Witness> {
        self.0.values().next_back()?.first()
    }
}
