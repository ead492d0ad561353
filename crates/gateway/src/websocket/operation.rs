//! One operation that runs: a stream of results, or a single result.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use async_graphql::parser::types::OperationType;
use futures_util::{FutureExt, StreamExt, future::BoxFuture, stream::BoxStream};
use tokio::{sync::OwnedSemaphorePermit, time::timeout};

use super::server_message::Failure;
use crate::{
    asked::Asked,
    executor::{Executor, Item},
    followers::Place,
};

/// The places that an operation takes: one of its socket's operations, one of all sockets, and for a stream one of its user's.
pub(super) struct Places {
    pub(super) _operation: OwnedSemaphorePermit,
    pub(super) _socket: Arc<OwnedSemaphorePermit>,
    pub(super) _stream: Option<Place>,
}

/// An operation at work. Dropped, it stops, except for a mutation, which keeps its places until it is done.
pub(super) struct Work {
    run: Run,
    _places: Option<Places>,
}

enum Run {
    Stream(BoxStream<'static, Item>),
    Single(BoxFuture<'static, Result<Item, Failure>>),
    Over,
}

impl Work {
    /// Begins. A single result is waited for no longer than `time_max`.
    pub(super) fn begin<E: Executor>(executor: &E, asked: Asked, places: Places, time_max: Duration) -> Work {
        let (executor, id) = (executor.clone(), asked.id());
        match asked.kind() {
            OperationType::Subscription => {
                Work { run: Run::Stream(executor.subscribe(asked)), _places: Some(places) }
            }
            OperationType::Query => {
                let result = async move { Ok(executor.execute(asked).await.item(id)) };
                Work { run: Run::Single(in_time(result, time_max)), _places: Some(places) }
            }
            OperationType::Mutation => {
                // On a task of its own, so that it is done whatever becomes of the socket.
                let task = tokio::spawn(async move {
                    let result = executor.execute(asked).await.item(id);
                    drop(places);
                    result
                });
                let result = async move { task.await.map_err(|_| Failure::Internal) };
                Work { run: Run::Single(in_time(result, time_max)), _places: None }
            }
        }
    }

    /// The next result, none after the last one. A panic is a failure.
    pub(super) fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Item, Failure>>> {
        let polled = catch_unwind(AssertUnwindSafe(|| match &mut self.run {
            Run::Stream(stream) => stream.poll_next_unpin(context).map(|result| result.map(Ok)),
            Run::Single(result) => result.poll_unpin(context).map(Some),
            Run::Over => Poll::Ready(None),
        }));
        let polled = polled.unwrap_or_else(|_| {
            tracing::error!("an operation panicked");
            Poll::Ready(Some(Err(Failure::Internal)))
        });
        if polled.is_ready() && !matches!(self.run, Run::Stream(_)) {
            self.run = Run::Over;
        }
        polled
    }

    /// Whether it is a stream, which may never end.
    pub(super) fn is_stream(&self) -> bool {
        matches!(self.run, Run::Stream(_))
    }
}

fn in_time(
    result: impl Future<Output = Result<Item, Failure>> + Send + 'static,
    time_max: Duration,
) -> BoxFuture<'static, Result<Item, Failure>> {
    timeout(time_max, result).map(|result| result.unwrap_or(Err(Failure::Timeout))).boxed()
}
