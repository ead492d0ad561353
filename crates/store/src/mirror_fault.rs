//! What can go wrong in the mirror. It ends up as text in its state, since nobody can do more than read it.

use std::any::Any;
use std::error::Error;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::block::BlockFault;
use crate::event_store::ReadError;

#[derive(Debug, thiserror::Error)]
pub(crate) enum MirrorFault {
    #[error("sled failed")]
    Sled(#[from] sled::Error),
    #[error("sled panicked: {0}")]
    Panicked(String),
    #[error(transparent)]
    Block(#[from] BlockFault),
    #[error("the mirror has a key that is no position")]
    Key,
    #[error("the mirror does not begin with event 1")]
    Beginning,
    #[error("event {position} is missing in the mirror")]
    Missing { position: u64 },
    #[error("event {position} in the mirror is not the journal's")]
    Differs { position: u64 },
    #[error("the mirror cannot read the journal")]
    Journal(#[from] ReadError),
    #[error("the mirror's files cannot be synced")]
    Io(#[from] io::Error),
    #[error("the mirror's main file is gone")]
    Gone,
}

impl MirrorFault {
    /// The message with everything that it has for a reason.
    pub(crate) fn in_full(&self) -> String {
        let mut text = self.to_string();
        let mut source = self.source();
        while let Some(reason) = source {
            text = format!("{text}: {reason}");
            source = reason.source();
        }
        text
    }
}

/// Calls into sled, which panics on damaged files.
pub(crate) fn guarded<T>(call: impl FnOnce() -> Result<T, MirrorFault>) -> Result<T, MirrorFault> {
    // What sled may leave inconsistent is not used again: the first fault ends the mirror.
    catch_unwind(AssertUnwindSafe(call)).unwrap_or_else(|panic| Err(MirrorFault::Panicked(text(&*panic))))
}

fn text(panic: &(dyn Any + Send)) -> String {
    match (panic.downcast_ref::<&str>(), panic.downcast_ref::<String>()) {
        (Some(text), _) => (*text).to_owned(),
        (_, Some(text)) => text.clone(),
        (None, None) => "without a message".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_a_fault() {
        let fault = guarded::<()>(|| panic!("at page {}", 7)).unwrap_err();
        assert_eq!(fault.in_full(), "sled panicked: at page 7");
        let fault = guarded::<()>(|| Err(sled::Error::Unsupported("it".to_owned()).into())).unwrap_err();
        assert!(fault.in_full().starts_with("sled failed: "), "{}", fault.in_full());
    }
}
