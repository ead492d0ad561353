//! What can go wrong in the mirror. It ends up as text in its state, since nobody can do more than read it.

use std::any::Any;
use std::error::Error;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::block::BlockFault;
use crate::disk::DiskError;
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
    #[error("sled is still held by one that is closing")]
    Held(#[source] io::Error),
    #[error("sled does not give back what was written: its end is {found:?}, not {expected}")]
    ReadBack { expected: u64, found: Option<u64> },
    #[error("the mirror's folder cannot be set aside")]
    SetAside(#[source] io::Error),
    #[error(
        "there is a mirror that was set aside before, and this one cannot be opened, so nobody knows which events it has: look at both and move one away"
    )]
    TwoAside,
    #[error("the journal's head cannot be saved")]
    Head(#[from] DiskError),
    #[error("sled has not come back from a call for {seconds} s")]
    Hangs { seconds: u64 },
    #[error("the mirror's thread cannot be started")]
    Thread(#[source] io::Error),
}

/// What is done about a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Remedy {
    /// The folder is set aside and a new mirror is built.
    Rebuild,
    /// Nothing is wrong with the mirror itself: it is opened again.
    Again,
}

impl MirrorFault {
    pub(crate) fn remedy(&self) -> Remedy {
        match self {
            MirrorFault::Sled(_)
            | MirrorFault::Panicked(_)
            | MirrorFault::Block(_)
            | MirrorFault::Key
            | MirrorFault::Beginning
            | MirrorFault::Missing { .. }
            | MirrorFault::Differs { .. }
            // After a sync that failed nobody knows what is in the files.
            | MirrorFault::Io(_)
            | MirrorFault::Gone
            | MirrorFault::Hangs { .. }
            | MirrorFault::ReadBack { .. } => Remedy::Rebuild,
            // A journal that cannot be read has its only copy here.
            MirrorFault::Journal(_)
            | MirrorFault::Held(_)
            | MirrorFault::SetAside(_)
            | MirrorFault::TwoAside
            | MirrorFault::Head(_)
            | MirrorFault::Thread(_) => Remedy::Again,
        }
    }

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
