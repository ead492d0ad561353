//! The word that the server is going down, as one socket hears it.

use std::{
    sync::Arc,
    task::{Context, Waker},
};

use futures_util::{FutureExt, future::BoxFuture, task::AtomicWaker};
use tokio::sync::watch;

use super::readiness::Readiness;

/// Heard once.
pub(super) struct Shutdown {
    /// None once it has been heard.
    word: Option<BoxFuture<'static, ()>>,
    readiness: Arc<Readiness>,
    waker: Waker,
}

impl Shutdown {
    /// For a task that is woken by `task`. A sender that is gone says the same as one that says true.
    pub(super) fn new(mut receiver: watch::Receiver<bool>, task: &Arc<AtomicWaker>) -> Shutdown {
        let (readiness, waker) = Readiness::new(task);
        let word = async move { drop(receiver.wait_for(|shutdown| *shutdown).await) };
        Shutdown { word: Some(word.boxed()), readiness, waker }
    }

    /// Whether it is heard just now. When it is not, the task will be woken.
    pub(super) fn begins(&mut self) -> bool {
        let Some(word) = &mut self.word else { return false };
        let heard =
            self.readiness.take() && word.poll_unpin(&mut Context::from_waker(&self.waker)).is_ready();
        if heard {
            self.word = None;
        }
        heard
    }

    pub(super) fn has_begun(&self) -> bool {
        self.word.is_none()
    }
}
