//! Many subscribers of the same events: each event is read and put into words once for all who ask for it in the same words.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Weak},
    time::Duration,
};

use async_graphql::{
    EmptyMutation, EmptySubscription, InputType, Name, Object, Pos, Positioned, Request, Response, Schema,
    ValidationMode, Value, Variables,
    parser::types::{DocumentOperations, ExecutableDocument, Field, OperationType, Selection},
};
use bytes::Bytes;
use futures_util::{StreamExt, stream, stream::BoxStream};
use parking_lot::Mutex;
use sigeyi_engine::{Position, QuestionError};
use tokio::{sync::watch, time::Instant};

use crate::{
    asked::Asked,
    executor::{Item, coded, json},
    request_id::RequestId,
    schema::{self, Event, EventFilter, Service},
    scope::{Readable, ReadableLog, Trace},
    subject::Subject,
    witness::Witnessed,
};

/// Groups of subscribers that share. Whoever comes when there are so many reads alone.
const GROUPS_MAX: usize = 64;
/// Events that a group keeps in words for those who are a little behind.
const KEPT_MAX: usize = 1_024;
/// Bytes of them at most.
const KEPT_BYTES_MAX: usize = 4 << 20;
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

/// The subscriptions to `events`.
pub(crate) struct EventStreams {
    service: Arc<Service>,
    groups: Mutex<HashMap<String, Weak<Group>>>,
}

/// What the subscribers of one group ask for.
struct Wanted {
    /// The selection of the subscription, as a query for one event.
    document: ExecutableDocument,
    operation: Option<String>,
    variables: Variables,
    /// What may be read, and how it is shown: whoever may read something else is in another group.
    log: ReadableLog,
    words: Schema<OneEvent, EmptyMutation, EmptySubscription>,
}

/// Subscribers who want the same, from whatever position.
struct Group {
    wanted: Wanted,
    service: Arc<Service>,
    kept: Mutex<Kept>,
    /// The position up to which the group has looked through the log.
    through: watch::Sender<Position>,
}

/// An event in words, and whom it is about.
#[derive(Clone)]
struct Worded {
    position: Position,
    words: Bytes,
    trace: Trace,
}

/// The newest events in words.
#[derive(Default)]
struct Kept {
    events: VecDeque<Worded>,
    bytes: usize,
    /// Everything that matches and lies after this is kept.
    after: Position,
}

/// The root of a query for the one event that is given with the request.
struct OneEvent;

#[Object]
impl OneEvent {
    async fn events(&self, ctx: &async_graphql::Context<'_>) -> async_graphql::Result<Event> {
        ctx.data::<Event>().cloned()
    }
}

impl EventStreams {
    pub(crate) fn new(service: Arc<Service>) -> EventStreams {
        EventStreams { service, groups: Mutex::default() }
    }

    /// A subscriber, if the request is nothing but a subscription to `events` with good arguments.
    pub(crate) fn follow(&self, asked: &Asked) -> Option<BoxStream<'static, Item>> {
        let (wanted, after) = wanted(&mut asked.request(), asked.subject())?;
        let after = after.unwrap_or_else(|| *self.service.head.borrow());
        let group = self.group(wanted);
        let (through, ready) = (group.through.subscribe(), VecDeque::new());
        let (id, witnessed) = (asked.id(), Witnessed::asked(asked));
        let subscriber = Subscriber { through, group, after, ready, id, witnessed, is_over: false };
        let events = stream::unfold(subscriber, |mut subscriber| async {
            subscriber.next().await.map(|event| (event, subscriber))
        });
        Some(events.boxed())
    }

    /// The group of those who want the same, or a new one.
    fn group(&self, wanted: Wanted) -> Arc<Group> {
        let key = wanted.key();
        let mut groups = self.groups.lock();
        if let Some(group) = groups.get(&key).and_then(Weak::upgrade) {
            return group;
        }
        groups.retain(|_, group| group.strong_count() > 0);
        let after = *self.service.head.borrow();
        let group = Arc::new(Group {
            wanted,
            service: self.service.clone(),
            kept: Mutex::new(Kept { after, ..Kept::default() }),
            through: watch::Sender::new(after),
        });
        if groups.len() < GROUPS_MAX {
            groups.insert(key, Arc::downgrade(&group));
        }
        tokio::spawn(drive(Arc::downgrade(&group), self.service.head.clone()));
        group
    }
}

/// Keeps a group at the head of the log, as long as it has subscribers.
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
                if has_withheld {
                    // Whoever is withheld since may be among what is kept in words.
                    *group.kept.lock() = Kept { after: through, ..Kept::default() };
                }
                group.kept.lock().keep(events);
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

impl Kept {
    fn keep(&mut self, events: Vec<Worded>) {
        for event in events {
            self.bytes += event.words.len();
            self.events.push_back(event);
        }
        while self.events.len() > KEPT_MAX || self.bytes > KEPT_BYTES_MAX {
            if let Some(Worded { position, words, .. }) = self.events.pop_front() {
                self.bytes -= words.len();
                self.after = position;
            }
        }
    }

    /// What comes after a position, if all of it is kept.
    fn after(&self, position: Position) -> Option<impl Iterator<Item = &Worded>> {
        let from = self.events.partition_point(|event| event.position <= position);
        (position >= self.after).then(|| self.events.range(from..))
    }
}

/// A piece of the log in words.
struct Read {
    events: Vec<Worded>,
    /// The log has been looked through up to here.
    through: Position,
    has_withheld: bool,
}

impl Group {
    /// The next events after a position in words.
    async fn read(&self, after: Position) -> Result<Read, QuestionError> {
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

impl Wanted {
    async fn words_for(&self, event: Readable) -> Bytes {
        let mut request = Request::new("").variables(self.variables.clone()).data(Event(event));
        request.operation_name.clone_from(&self.operation);
        request.set_parsed_query(self.document.clone());
        json(&coded(self.words.execute(request).await))
    }

    /// The same for those who want the same in the same words.
    fn key(&self) -> String {
        format!("{:?} {:?} {:?} {}", self.document, self.operation, self.variables, self.log.key())
    }
}

/// One who follows.
struct Subscriber {
    group: Arc<Group>,
    through: watch::Receiver<Position>,
    after: Position,
    ready: VecDeque<Bytes>,
    /// Names the subscription in its errors.
    id: RequestId,
    /// Each subscriber is written down for itself.
    witnessed: Witnessed,
    /// The log could not be read, and this was said.
    is_over: bool,
}

impl Subscriber {
    async fn next(&mut self) -> Option<Item> {
        loop {
            if self.is_over {
                return None;
            }
            if let Some(json) = self.ready.pop_front() {
                // No field of an event can fail.
                return Some(Item { json, code: None });
            }
            let after = self.after;
            let through = *self.through.wait_for(|through| *through > after).await.ok()?;
            let read = match self.kept(through) {
                Some(kept) => Ok(kept),
                None => match self.group.read(after).await {
                    Ok(Read { events, through, .. }) => Ok((events, through)),
                    Err(error) => Err(schema::of_question(error)),
                },
            };
            if let Err(error) = self.take(read).await {
                self.is_over = true;
                let error = error.into_server_error(Pos::default());
                return Some(Item::of(coded(Response::from_errors(vec![error])), self.id));
            }
        }
    }

    /// What the group keeps of what comes next, and how far that goes.
    fn kept(&self, through: Position) -> Option<(Vec<Worded>, Position)> {
        let kept = self.group.kept.lock();
        let events = kept.after(self.after)?.cloned().collect();
        let newest = kept.events.back().map_or(through, |newest| through.max(newest.position));
        Some((events, newest))
    }

    /// Makes events ready to be given, once it is written down that they are.
    async fn take(
        &mut self,
        read: async_graphql::Result<(Vec<Worded>, Position)>,
    ) -> async_graphql::Result<()> {
        let (events, through) = read?;
        let (service, log) = (&self.group.service, &self.group.wanted.log);
        let traces = events.iter().map(|event| event.trace);
        self.witnessed.events(service, log, traces, through).await?;
        self.ready = events.into_iter().map(|event| event.words).collect();
        self.after = through;
        Ok(())
    }
}

/// What a subscription wants, and after which position: none for whatever else it is.
fn wanted(request: &mut Request, subject: &Subject) -> Option<(Wanted, Option<Position>)> {
    let variables = request.variables.clone();
    let operation = request.operation_name.clone();
    let mut document = request.parsed_query().ok()?.clone();
    let meant = match &mut document.operations {
        DocumentOperations::Single(only) => only,
        DocumentOperations::Multiple(operations) => operations.get_mut(operation.as_deref()?)?,
    };
    let [Positioned { node: Selection::Field(field), .. }] =
        meant.node.selection_set.node.items.as_mut_slice()
    else {
        return None;
    };
    if meant.node.ty != OperationType::Subscription || field.node.name.node != "events" {
        return None;
    }
    if !field.node.directives.is_empty() {
        return None;
    }
    let after = argument::<Option<schema::Position>>(&field.node, "after", &variables)?;
    let filter = argument::<Option<EventFilter>>(&field.node, "filter", &variables)?;
    let log = ReadableLog::of(subject, filter.unwrap_or_default().checked().ok()?).ok()?;
    field.node.arguments.clear();
    meant.node.ty = OperationType::Query;
    let words = Schema::build(OneEvent, EmptyMutation, EmptySubscription)
        .validation_mode(ValidationMode::Fast)
        .finish();
    let mut variables = variables;
    variables.remove(&Name::new("after"));
    Some((Wanted { document, operation, variables, log, words }, after.map(|after| after.0)))
}

fn argument<T: InputType>(field: &Field, name: &str, variables: &Variables) -> Option<T> {
    let value = field.get_argument(name).map(|value| {
        value
            .node
            .clone()
            .into_const_with(|name| Ok::<Value, ()>(variables.get(&name).cloned().unwrap_or_default()))
    });
    T::parse(value.transpose().ok()?).ok()
}
