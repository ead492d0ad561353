//! Events of nobody that are numbered from 1 in the order of the log: by its number each is found in the command index.

use sigeyi_envelope::Position;
use sigeyi_projections::{ReadModel, Secrets, heads_id, report_id};

use crate::keyring::Keyring;

/// Which numbers.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Numbered {
    /// Of reports.
    Reports,
    /// Of committed heads.
    Heads,
}

impl Numbered {
    /// Where the one with a number may stand. A command may share the fingerprint, so the events are to be looked at.
    pub(crate) fn candidates(self, model: &ReadModel, keyring: &Keyring, number: u64) -> Vec<Position> {
        model.commands().find(self.fingerprint(keyring, number)).collect()
    }

    /// How many there are. They are numbered without a gap, so the last one is found by doubling and halving.
    pub(crate) fn count(self, model: &ReadModel, keyring: &Keyring) -> u64 {
        let is_there = |number| model.commands().find(self.fingerprint(keyring, number)).next().is_some();
        let (mut there, mut missing) = (0, 1);
        while is_there(missing) {
            there = missing;
            missing *= 2;
        }
        while there + 1 < missing {
            let middle = there + (missing - there) / 2;
            if is_there(middle) {
                there = middle;
            } else {
                missing = middle;
            }
        }
        there
    }

    fn fingerprint(self, keyring: &Keyring, number: u64) -> u64 {
        keyring.fingerprint(match self {
            Numbered::Reports => report_id(number),
            Numbered::Heads => heads_id(number),
        })
    }
}
