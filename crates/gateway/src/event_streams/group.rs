//! Subscribers who want the same, from whatever position.

use std::{
    sync::{Arc, Weak},
    time::Duration,
};

use parking_lot::Mutex;
use sigeyi_engine::{Position, QuestionError};
use tokio::{sync::watch, time::Instant};

use super::{
    kept::{Kept, Worded},
    words::Wanted,
};
use crate::schema::Service;

/// A group gives out what is new at most so often: one wake-up for several events.
const GIVEN_OUT_EVERY: Duration = Duration::from_millis(20);
/// After so long a log that could not be read is read again.
const READ_AGAIN_AFTER: Duration = Duration::from_secs(1);
/// A group that nobody follows any more ends within this time.
const LOOKS_FOR_SUBSCRIBERS_EVERY: Duration = Duration::from_secs(1);
/// Events that are read from the log at a time.
const EVENTS_AT_A_TIME: usize = 256;
/// Events that are looked at for them at most.
const LOOKED_AT_MAX: usize = 8_192;

/// Subscribers who want the same.
pub(super) struct Group {
    pub(super) wanted: Wanted,
    pub(super) service: Arc<Service>,
    pub(super) kept: Mutex<Kept>,
    /// The position up to which the group has looked through the log.
    pub(super) through: watch::Sender<Position>,
}

/// A piece of the log in words.
pub(super) struct Read {
    pub(super) events: Vec<Worded>,
    /// The log has been looked through up to here.
    pub(super) through: Position,
    has_withheld: bool,
}

impl Group {
    /// A group that begins at the head and stays there, as long as it has subscribers.
    pub(super) fn begin(wanted: Wanted, service: Arc<Service>) -> Arc<Group> {
        let head = service.head.clone();
        let after = *head.borrow();
        let group = Arc::new(Group {
            wanted,
            service,
            kept: Mutex::new(Kept::after_position(after)),
            through: watch::Sender::new(after),
        });
        tokio::spawn(drive(Arc::downgrade(&group), head));
        group
    }

    /// The next events after a position in words.
    pub(super) async fn read(&self, after: Position) -> Result<Read, QuestionError> {
        let reading = self.service.engine.read();
        let log = &self.wanted.log;
        let filter = log.filter().clone();
        let read = move || reading.events(after, &filter, EVENTS_AT_A_TIME, LOOKED_AT_MAX);
        // Reading may touch the disk.
        let page = tokio::task::spawn_blocking(read).await.map_err(|_| QuestionError::Damaged(after))??;
        let mut events = Vec::with_capacity(page.events.len());
        for event in page.events {
            let position = event.position();
            let Some(event) = log.show(&self.service.engine, event) else { continue };
            let trace = event.trace();
            events.push(Worded { position, words: self.wanted.words_for(event).await, trace });
        }
        Ok(Read { events, through: page.through, has_withheld: page.has_withheld })
    }
}

/// Keeps a group at the head of the log.
async fn drive(group: Weak<Group>, mut head: watch::Receiver<Position>) {
    let mut through = match group.upgrade() {
        Some(group) => *group.through.borrow(),
        None => return,
    };
    loop {
        let moved = tokio::time::timeout(LOOKS_FOR_SUBSCRIBERS_EVERY, head.wait_for(|head| *head > through));
        match moved.await {
            _ if group.strong_count() == 0 => return,
            Err(_) => continue,
            Ok(Err(_)) => return,
            Ok(Ok(_)) => {}
        }
        let looked_at = Instant::now();
        let Some(group) = group.upgrade() else { return };
        match group.read(through).await {
            Ok(Read { events, through: now_through, has_withheld }) => {
                let mut kept = group.kept.lock();
                if has_withheld {
                    // Whoever is withheld since may be among what is kept in words.
                    *kept = Kept::after_position(through);
                }
                kept.keep(events);
                drop(kept);
                through = now_through;
                group.through.send_replace(through);
            }
            Err(error) => {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "the log could not be read for subscribers"
                );
                tokio::time::sleep(READ_AGAIN_AFTER).await;
            }
        }
        drop(group);
        tokio::time::sleep_until(looked_at + GIVEN_OUT_EVERY).await;
    }
}
