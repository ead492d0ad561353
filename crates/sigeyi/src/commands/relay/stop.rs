//! The end of a relay, when a signal asks for it: between two batches, and in the middle of a wait.

use std::{
    future, io,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use parking_lot::{Condvar, Mutex};
use tokio::runtime::Builder;

use crate::signals;

/// Whether the end was asked for.
#[derive(Clone, Default)]
pub(super) struct Stop(Arc<Asked>);

#[derive(Default)]
struct Asked {
    is_asked: Mutex<bool>,
    changed: Condvar,
}

impl Stop {
    /// From now on the first SIGTERM or Ctrl-C asks for the end, and the second ends the process at once.
    pub(super) fn at_signals() -> io::Result<Stop> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let signal = {
            let _entered = runtime.enter();
            signals::stop()?
        };
        let stop = Stop::default();
        let asked = stop.clone();
        thread::Builder::new().name("signals".to_owned()).spawn(move || {
            runtime.block_on(async {
                signal.await;
                asked.ask();
                // The second one is still to be heard.
                future::pending::<()>().await;
            });
        })?;
        Ok(stop)
    }

    fn ask(&self) {
        *self.0.is_asked.lock() = true;
        self.0.changed.notify_all();
    }

    pub(super) fn is_asked(&self) -> bool {
        *self.0.is_asked.lock()
    }

    /// Waits, unless the end is asked for. True when it is.
    pub(super) fn wait(&self, wait: Duration) -> bool {
        let until = Instant::now() + wait;
        let mut is_asked = self.0.is_asked.lock();
        while !*is_asked {
            if self.0.changed.wait_until(&mut is_asked, until).timed_out() {
                break;
            }
        }
        *is_asked
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_ends_when_the_end_is_asked_for() {
        let stop = Stop::default();
        assert!(!stop.wait(Duration::from_millis(1)));
        let waiting = stop.clone();
        let waited = thread::spawn(move || waiting.wait(Duration::from_secs(3_600)));
        stop.ask();
        assert!(waited.join().unwrap());
        assert!(stop.is_asked());
    }
}
