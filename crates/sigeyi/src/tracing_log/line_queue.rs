//! Lines of the log on their way to standard error. Whoever tells something never waits for the one who reads it: a thread writes what has
//! gathered, several lines at a time, and says how many had to be left out.

use std::{
    io::{self, Write},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};

use tracing_subscriber::fmt::MakeWriter;

/// Lines that wait to be written, in bytes. What comes when there are so many is left out and counted.
const QUEUED_BYTES_MAX: usize = 4 << 20;
/// A line is written at most so long after it was told, unless standard error is slow.
const GATHERED_FOR: Duration = Duration::from_millis(5);
/// Time in which everything must be written at the end. A reader that takes nothing must not keep the process.
const WRITTEN_WITHIN: Duration = Duration::from_secs(5);

/// Takes lines. Each write is one line, whole.
#[derive(Clone)]
pub(super) struct LineQueue {
    shared: Arc<Shared>,
}

/// Writes everything that was told when it is dropped.
pub(crate) struct LogEnd {
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    queued: Mutex<Queued>,
    changed: Condvar,
}

#[derive(Default)]
struct Queued {
    lines: Vec<u8>,
    left_out: u64,
    is_ending: bool,
    /// The thread has written everything and is gone.
    is_over: bool,
}

impl LineQueue {
    /// Begins to write to `out`. `tell_left_out` is called on the writing thread, and may tell a line itself.
    pub(super) fn start(
        out: impl Write + Send + 'static,
        tell_left_out: impl Fn(u64) + Send + 'static,
    ) -> io::Result<(LineQueue, LogEnd)> {
        let shared = Arc::new(Shared::default());
        let queue = LineQueue { shared: shared.clone() };
        let end = LogEnd { shared: shared.clone() };
        thread::Builder::new().name("log".to_owned()).spawn(move || shared.write(out, tell_left_out))?;
        Ok((queue, end))
    }
}

impl Shared {
    fn queued(&self) -> MutexGuard<'_, Queued> {
        // Nothing is done under the lock that could panic and leave it half done.
        self.queued.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self, mut out: impl Write, tell_left_out: impl Fn(u64)) {
        let mut lines = Vec::new();
        loop {
            let nothing =
                |queued: &mut Queued| queued.lines.is_empty() && queued.left_out == 0 && !queued.is_ending;
            let queued =
                self.changed.wait_while(self.queued(), nothing).unwrap_or_else(PoisonError::into_inner);
            let gathered = self.changed.wait_timeout_while(queued, GATHERED_FOR, |queued| !queued.is_ending);
            let (mut queued, _) = gathered.unwrap_or_else(PoisonError::into_inner);
            std::mem::swap(&mut queued.lines, &mut lines);
            let left_out = std::mem::take(&mut queued.left_out);
            if lines.is_empty() && left_out == 0 {
                queued.is_over = true;
                self.changed.notify_all();
                return;
            }
            drop(queued);
            // With standard error gone there is nobody left to tell.
            let _ = out.write_all(&lines).and_then(|()| out.flush());
            lines.clear();
            if left_out > 0 {
                tell_left_out(left_out);
            }
        }
    }
}

impl<'a> MakeWriter<'a> for LineQueue {
    type Writer = &'a LineQueue;

    fn make_writer(&'a self) -> &'a LineQueue {
        self
    }
}

impl Write for &LineQueue {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let mut queued = self.shared.queued();
        if queued.lines.len() + line.len() > QUEUED_BYTES_MAX {
            queued.left_out += 1;
            return Ok(line.len());
        }
        // The thread waits for the first line only.
        let is_first = queued.lines.is_empty();
        queued.lines.extend_from_slice(line);
        drop(queued);
        if is_first {
            self.shared.changed.notify_all();
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for LogEnd {
    fn drop(&mut self) {
        let mut queued = self.shared.queued();
        queued.is_ending = true;
        self.shared.changed.notify_all();
        // A poisoned lock or a reader that takes nothing: the process ends all the same.
        let _ = self.shared.changed.wait_timeout_while(queued, WRITTEN_WITHIN, |queued| !queued.is_over);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, Sender, channel};

    use super::*;

    /// Takes one write for each word that it may go on.
    struct Slow {
        begun: Sender<()>,
        may_go_on: Receiver<()>,
        written: Arc<Mutex<Vec<u8>>>,
    }

    impl Write for Slow {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let _ = self.begun.send(());
            // When nobody holds it any more, it goes on by itself.
            let _ = self.may_go_on.recv();
            self.written.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    struct Held {
        queue: LineQueue,
        end: LogEnd,
        begun: Receiver<()>,
        go_on: Sender<()>,
        written: Arc<Mutex<Vec<u8>>>,
        left_out: Arc<Mutex<Vec<u64>>>,
    }

    fn held() -> Held {
        let (has_begun, begun) = channel();
        let (go_on, may_go_on) = channel();
        let (written, left_out) = (Arc::<Mutex<Vec<u8>>>::default(), Arc::<Mutex<Vec<u64>>>::default());
        let slow = Slow { begun: has_begun, may_go_on, written: written.clone() };
        let told = left_out.clone();
        let (queue, end) = LineQueue::start(slow, move |count| told.lock().unwrap().push(count)).unwrap();
        Held { queue, end, begun, go_on, written, left_out }
    }

    fn tell(queue: &LineQueue, line: &str) {
        (&mut &*queue).write_all(line.as_bytes()).unwrap();
    }

    #[test]
    fn everything_that_was_told_is_written_at_the_end_in_order() {
        let Held { queue, end, go_on, written, left_out, .. } = held();
        drop(go_on);
        let lines: Vec<String> = (0..10_000).map(|number| format!("line {number}\n")).collect();
        lines.iter().for_each(|line| tell(&queue, line));
        drop(end);
        assert_eq!(String::from_utf8(written.lock().unwrap().clone()).unwrap(), lines.concat());
        assert!(left_out.lock().unwrap().is_empty());
    }

    #[test]
    fn a_reader_that_takes_nothing_keeps_nobody_waiting_and_what_was_left_out_is_counted() {
        let Held { queue, end, begun, go_on, written, left_out } = held();
        tell(&queue, "first\n");
        begun.recv().unwrap();
        // Nothing is taken meanwhile, and all of this returns.
        let line = format!("{}\n", "x".repeat(1_023));
        let fitting = QUEUED_BYTES_MAX / line.len();
        for _ in 0..fitting + 7 {
            tell(&queue, &line);
        }
        drop(go_on);
        drop(end);
        assert_eq!(*left_out.lock().unwrap(), [7]);
        assert_eq!(written.lock().unwrap().len(), "first\n".len() + fitting * line.len());
    }

    #[test]
    fn several_lines_are_one_write() {
        let Held { queue, end, begun, go_on, .. } = held();
        tell(&queue, "first\n");
        begun.recv().unwrap();
        for _ in 0..1_000 {
            tell(&queue, "more\n");
        }
        drop(go_on);
        drop(end);
        assert_eq!(begun.iter().count(), 1, "one write for all that gathered");
        drop(queue);
    }
}
