//! The operations under way on one socket, asked for results in turn.

use std::{
    sync::Arc,
    task::{Context, Poll, Waker},
};

use async_graphql::ServerError;
use axum::extract::ws::Message;
use futures_util::task::AtomicWaker;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{operation::Work, readiness::Readiness, server_message, server_message::Failure, told::Told};
use crate::executor::Item;

/// Asked round robin, so that none keeps another waiting, and only those that were woken.
pub(super) struct Operations {
    under_way: Vec<Operation>,
    /// Whose turn it is.
    turn: usize,
    task: Arc<AtomicWaker>,
    permits: Arc<Semaphore>,
}

struct Operation {
    id: String,
    next_opening: String,
    work: Work,
    told: Told,
    readiness: Arc<Readiness>,
    waker: Waker,
}

impl Operations {
    /// At most `max`, for a task that is woken by `task`.
    pub(super) fn new(max: usize, task: Arc<AtomicWaker>) -> Operations {
        let permits = Arc::new(Semaphore::new(max.min(Semaphore::MAX_PERMITS)));
        Operations { under_way: Vec::new(), turn: 0, task, permits }
    }

    pub(super) fn contains(&self, id: &str) -> bool {
        self.position(id).is_some()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.under_way.is_empty()
    }

    /// A place for one more. A mutation keeps its place until it is done, whatever the client completes.
    pub(super) fn admit(&self) -> Option<OwnedSemaphorePermit> {
        self.permits.clone().try_acquire_owned().ok()
    }

    pub(super) fn add(&mut self, id: String, work: Work, told: Told) {
        let (readiness, waker) = Readiness::new(&self.task);
        let next_opening = server_message::next_opening(&id);
        self.under_way.push(Operation { id, next_opening, work, told, readiness, waker });
    }

    /// The client wants no more of it. An unknown id is one that has just ended.
    pub(super) fn remove(&mut self, id: &str) {
        if let Some(position) = self.position(id) {
            self.take(position);
        }
    }

    /// Drops every stream, and lets single results come. Nothing is said of it: a stream that was completed is over for its client, while one
    /// that is lost with its socket is asked for again elsewhere.
    pub(super) fn stop_streaming(&mut self) {
        self.under_way.retain(|operation| !operation.work.is_stream());
        self.turn = 0;
    }

    /// The next message of any. When it is pending, the task will be woken.
    pub(super) fn poll_next(&mut self) -> Poll<Message> {
        let count = self.under_way.len();
        for step in 0..count {
            let position = (self.turn + step) % count;
            let operation = &mut self.under_way[position];
            if operation.readiness.take()
                && let Poll::Ready(result) =
                    operation.work.poll_next(&mut Context::from_waker(&operation.waker))
            {
                return Poll::Ready(self.message(position, result));
            }
        }
        Poll::Pending
    }

    fn message(&mut self, position: usize, result: Option<Result<Item, Failure>>) -> Message {
        let operation = &mut self.under_way[position];
        let next = result.map(|item| {
            let item = item?;
            operation.told.saw(item.code);
            server_message::next(&operation.next_opening, &item.json)
        });
        match next {
            Some(Ok(message)) => {
                operation.readiness.again();
                self.turn = position + 1;
                message
            }
            Some(Err(failure)) => {
                let mut operation = self.take(position);
                let mut errors = Vec::<ServerError>::from(failure);
                operation.told.fails(&mut errors);
                server_message::error(&operation.id, &errors)
            }
            None => server_message::complete(&self.take(position).id),
        }
    }

    fn position(&self, id: &str) -> Option<usize> {
        self.under_way.iter().position(|operation| operation.id == id)
    }

    fn take(&mut self, position: usize) -> Operation {
        if position < self.turn {
            self.turn -= 1;
        }
        self.under_way.remove(position)
    }
}
