//! Destroying the keys of people, so that nothing that was sealed of them can be read any more.

use sigeyi_vault::KeyNumber;
use uuid::Uuid;

use crate::{Engine, keyring::ErasedKeys, rotation::RotationError};

/// Why keys were not destroyed, or not for certain.
#[derive(Debug, thiserror::Error)]
pub enum EraseError {
    /// Nobody has this id. No key was touched.
    #[error("nobody is enrolled under {0}")]
    Nobody(Uuid),
    /// It is not complete: nothing was replaced, or the old root key is still there. Ask again.
    #[error("the keys are not destroyed yet")]
    NotComplete(#[from] RotationError),
}

impl Engine {
    /// Destroys the keys of people: their buckets get new bucket keys, everything is put under a new root key, and the old one is destroyed by
    /// its provider. Only then it returns; it may be asked again at any time, also after a restart, and does then what is left to do.
    ///
    /// What has been opened before stays in the memory of this process until it ends or folds an event that takes it away. Nothing can be
    /// recorded of these people any more that would have to be sealed.
    pub fn erase_keys(&self, people: &[Uuid]) -> Result<ErasedKeys, EraseError> {
        let keys = {
            let folded = self.shared.folded.read();
            let all = folded.model.people();
            let key = |id: &Uuid| {
                let row = all.find(*id).and_then(|number| all.row(number));
                row.map(|row| KeyNumber(row.key)).ok_or(EraseError::Nobody(*id))
            };
            let keys = people.iter().map(key).collect::<Result<Vec<_>, _>>()?;
            // Of somebody without a key nothing was ever sealed.
            keys.into_iter().filter(|key| key.0 != u32::MAX).collect::<Vec<_>>()
        };
        Ok(self.shared.keyring.erase(&keys)?)
    }
}
