//! One who follows.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use async_graphql::{Pos, Response};
use bytes::Bytes;
use futures_util::{StreamExt, stream, stream::BoxStream};
use sigeyi_engine::Position;
use tokio::{sync::watch, time::timeout};

use super::{
    group::{Group, Read},
    kept::{Piece, Worded, join},
};
use crate::{
    executor::{Item, coded},
    request_id::RequestId,
    schema,
    scope::Trace,
    witness::Witnessed,
};

/// One who follows, and where.
pub(crate) struct Subscriber {
    group: Arc<Group>,
    through: watch::Receiver<Position>,
    after: Position,
    /// Each subscriber is written down for itself.
    witnessed: Witnessed,
}

/// What comes next.
pub(crate) struct Given {
    /// Events in words, each alone or several as one; none where nothing matches.
    pub(crate) pieces: Vec<Piece>,
    /// The log was looked through up to here.
    pub(crate) through: Position,
    /// How many events were read for this subscriber alone.
    pub(crate) read_alone: u64,
}

/// The same before it is written down.
struct Taken {
    given: Given,
    traces: Vec<Trace>,
}

impl Subscriber {
    pub(super) fn new(group: Arc<Group>, after: Position, witnessed: Witnessed) -> Subscriber {
        Subscriber { through: group.through.subscribe(), group, after, witnessed }
    }

    /// What comes next, once it is written down that it is given. Nothing but the place where nothing came within the time, and none when nothing
    /// will come any more.
    pub(crate) async fn next(&mut self, within: Option<Duration>) -> Option<async_graphql::Result<Given>> {
        let after = self.after;
        let moved = self.through.wait_for(|through| *through > after);
        let through = match within {
            None => *moved.await.ok()?,
            Some(within) => match timeout(within, moved).await {
                Ok(through) => *through.ok()?,
                Err(_) => return Some(Ok(Given { pieces: Vec::new(), through: after, read_alone: 0 })),
            },
        };
        let taken = match self.kept(through) {
            Some(kept) => Ok(kept),
            None => self.read().await,
        };
        Some(match taken {
            Ok(taken) => self.write_down(taken).await,
            Err(error) => Err(error),
        })
    }

    /// As results of a subscription. An error is the last one.
    pub(super) fn results(self, id: RequestId) -> BoxStream<'static, Item> {
        let results = stream::unfold(Some((self, VecDeque::new())), move |state| async move {
            let (mut subscriber, mut ready): (Subscriber, VecDeque<Bytes>) = state?;
            loop {
                if let Some(json) = ready.pop_front() {
                    // No field of an event can fail.
                    return Some((Item { json, code: None }, Some((subscriber, ready))));
                }
                match subscriber.next(None).await? {
                    Ok(given) => ready = given.pieces.into_iter().map(|piece| piece.words).collect(),
                    Err(error) => {
                        let error = error.into_server_error(Pos::default());
                        return Some((Item::of(coded(Response::from_errors(vec![error])), id), None));
                    }
                }
            }
        });
        results.boxed()
    }

    /// What the group keeps of what comes next.
    fn kept(&self, through: Position) -> Option<Taken> {
        let mut kept = self.group.kept.lock();
        if self.group.wanted.are_joined() {
            let joined = kept.joined_after(self.after, through)?;
            return Some(Taken::new((joined.pieces, joined.traces), joined.through, 0));
        }
        let (events, through) = kept.after(self.after, through)?;
        Some(Taken::new(each(events.cloned()), through, 0))
    }

    /// What comes next, read for this subscriber.
    async fn read(&self) -> async_graphql::Result<Taken> {
        let Read { events, through, .. } = self.group.read(self.after).await.map_err(schema::of_question)?;
        let read_alone = through.0.saturating_sub(self.after.0);
        let taken =
            if self.group.wanted.are_joined() { join(events.iter()) } else { each(events.into_iter()) };
        Ok(Taken::new(taken, through, read_alone))
    }

    async fn write_down(&mut self, taken: Taken) -> async_graphql::Result<Given> {
        let Taken { given, traces } = taken;
        let (service, log) = (&self.group.service, &self.group.wanted.log);
        self.witnessed.events(service, log, traces, given.through).await?;
        self.after = given.through;
        Ok(given)
    }
}

impl Taken {
    fn new((pieces, traces): (Vec<Piece>, Vec<Trace>), through: Position, read_alone: u64) -> Taken {
        Taken { given: Given { pieces, through, read_alone }, traces }
    }
}

/// Events each alone.
fn each(events: impl Iterator<Item = Worded>) -> (Vec<Piece>, Vec<Trace>) {
    events
        .map(|event| {
            let trace = event.trace;
            (Piece::from(event), trace)
        })
        .unzip()
}
