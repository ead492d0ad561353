//! Which parts of a socket's task have something to do, so that a wake looks at those alone.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Wake, Waker},
};

use futures_util::task::AtomicWaker;

/// Whether one part is worth polling. Its waker sets it, and wakes the task.
pub(super) struct Readiness {
    ready: AtomicBool,
    task: Arc<AtomicWaker>,
}

impl Readiness {
    /// A part of a task, ready for its first poll, and the waker to poll it with.
    pub(super) fn new(task: &Arc<AtomicWaker>) -> (Arc<Readiness>, Waker) {
        let readiness = Arc::new(Readiness { ready: AtomicBool::new(true), task: task.clone() });
        (readiness.clone(), readiness.into())
    }

    /// Whether it is ready. It is not any more afterwards.
    pub(super) fn take(&self) -> bool {
        self.ready.swap(false, Ordering::AcqRel)
    }

    /// Polled with a result, it may have another one.
    pub(super) fn again(&self) {
        self.ready.store(true, Ordering::Release);
    }
}

impl Wake for Readiness {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.ready.store(true, Ordering::Release);
        self.task.wake();
    }
}
