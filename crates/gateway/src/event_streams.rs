//! Many subscribers of the same events: each event is read and put into words once for all who ask for it in the same words.

mod group;
mod kept;
mod selection;
mod subscriber;
mod words;

use std::{
    collections::HashMap,
    sync::{Arc, Weak},
};

use futures_util::stream::BoxStream;
use parking_lot::Mutex;
use sigeyi_cloudevents::CloudEvents;
use sigeyi_engine::Position;

use self::{
    group::Group,
    words::{Wanted, Words},
};
use crate::{asked::Asked, executor::Item, schema::Service, scope::ReadableLog, witness::Witnessed};

pub(crate) use self::{
    kept::Piece,
    subscriber::{Given, Subscriber},
};

/// Groups of subscribers that share. Whoever comes when there are so many reads alone.
const GROUPS_MAX: usize = 64;

/// Those who follow events.
pub(crate) struct EventStreams {
    service: Arc<Service>,
    groups: Mutex<HashMap<String, Weak<Group>>>,
    cloud_events: CloudEvents,
}

impl EventStreams {
    pub(crate) fn new(service: Arc<Service>) -> EventStreams {
        let cloud_events = CloudEvents::of_log(service.engine.log_id());
        EventStreams { service, groups: Mutex::default(), cloud_events }
    }

    /// A subscriber, if the request is nothing but a subscription to `events` with good arguments.
    pub(crate) fn follow(&self, asked: &Asked) -> Option<BoxStream<'static, Item>> {
        let (wanted, after) = selection::wanted(&mut asked.request(), asked.subject())?;
        let after = after.unwrap_or_else(|| *self.service.head.borrow());
        let subscriber = Subscriber::new(self.group(wanted), after, Witnessed::asked(asked));
        Some(subscriber.results(asked.id()))
    }

    /// A subscriber to what may be read of the log, as messages of an event stream (WHATWG).
    pub(crate) fn follow_as_messages(
        &self,
        log: ReadableLog,
        after: Position,
        witnessed: Witnessed,
    ) -> Subscriber {
        let words = Words::Messages(self.cloud_events.clone());
        Subscriber::new(self.group(Wanted { log, words }), after, witnessed)
    }

    /// Groups that have subscribers.
    #[cfg(test)]
    pub(crate) fn followed(&self) -> usize {
        self.groups.lock().values().filter(|group| group.strong_count() > 0).count()
    }

    /// The group of those who want the same, or a new one.
    fn group(&self, wanted: Wanted) -> Arc<Group> {
        let key = wanted.key();
        let mut groups = self.groups.lock();
        if let Some(group) = groups.get(&key).and_then(Weak::upgrade) {
            return group;
        }
        groups.retain(|_, group| group.strong_count() > 0);
        let group = Group::begin(wanted, self.service.clone());
        if groups.len() < GROUPS_MAX {
            groups.insert(key, Arc::downgrade(&group));
        }
        group
    }
}
