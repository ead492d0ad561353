//! One socket, in one task: reads, runs, writes, a little of each in every turn.

use std::{
    future::poll_fn,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    task::{Context, Poll},
};

use async_graphql::{ServerError, parser::types::OperationType};
use axum::extract::ws::{Message, WebSocket};
use bytes::Bytes;
use futures_util::{FutureExt, SinkExt, StreamExt, future::BoxFuture, task::AtomicWaker};
use tokio::sync::OwnedSemaphorePermit;

use super::{
    Count, Entrance, Sockets,
    client_message::{ClientMessage, InvalidMessage},
    clock::{Clock, Due},
    ending::Ending,
    operation::{Places, Work},
    operations::Operations,
    server_message::{self, Failure},
    shutdown::Shutdown,
    told::Told,
};
use crate::{
    asked::Asked,
    costs::Costs,
    documents::{Params, SharedDocuments},
    ended::Ended,
    executor::Executor,
    followers::{Followers, Lingering},
    identities::{Identities, Visitor},
    limits::Limits,
    metrics::StreamKind,
    server::Uptake,
    subject::{Subject, Unauthenticated},
    tokens::Token,
};

/// Messages that are read in a turn.
const READ_PER_TURN: usize = 32;

/// Messages that are written in a turn. Less than the 128 steps that the runtime lets a task take at a time.
const WRITTEN_PER_TURN: usize = 64;

/// Bytes that are written in a turn, and one message more.
const WRITTEN_BYTES_PER_TURN: usize = 256 * 1024;

/// Serves a socket until it ends.
pub(super) async fn serve<E: Executor>(
    (socket, uptake): (WebSocket, Uptake),
    documents: SharedDocuments<E>,
    sockets: Sockets,
    entrance: Entrance,
    permit: Arc<OwnedSemaphorePermit>,
) {
    let (shutdown, metrics) = (sockets.shutdown.clone(), entrance.followers.metrics().clone());
    let (ending, socket) = if socket.protocol().is_none() {
        (Ending::SubprotocolNotAcceptable, socket)
    } else {
        let mut connection = Connection::new(socket, documents, sockets, entrance, permit.clone());
        let ending = poll_fn(|context| connection.poll(context)).await;
        (ending, connection.into_socket())
    };
    let lingers = match &ending {
        Ending::Silent(_) => {
            metrics.ends(StreamKind::Websocket, Ended::TOO_SLOW);
            uptake.linger(Lingering::of_socket(&metrics));
            Some(uptake.linger_time_max())
        }
        _ => None,
    };
    ending.farewell(socket, lingers, shutdown).await;
    drop(permit);
}

/// Whether a turn has left something that could be done at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum More {
    Yes,
    No,
}

type Arrival = BoxFuture<'static, Result<Visitor, Unauthenticated>>;

struct Connection<E> {
    socket: WebSocket,
    documents: SharedDocuments<E>,
    limits: Limits,
    permit: Arc<OwnedSemaphorePermit>,
    clock: Clock,
    identities: Arc<Identities>,
    costs: Arc<Costs>,
    followers: Followers,
    /// Finds out who asks, after `connection_init`. Nothing more is read until it is known.
    arrival: Option<Arrival>,
    /// Who asks; nobody before that.
    subject: Option<Subject>,
    /// The token that must be believed as long as the socket is open.
    token: Option<Token>,
    operations: Operations,
    /// The answer to the last message. Nothing more is read until it is written.
    reply: Option<Message>,
    /// A WebSocket ping came. Nothing more is read until its pong, which the library writes, is on its way.
    pong_waits: bool,
    ping_due: bool,
    /// Something is written and not flushed.
    unflushed: bool,
    task: Arc<AtomicWaker>,
    shutdown: Shutdown,
    count: Count,
}

impl<E: Executor> Connection<E> {
    fn new(
        socket: WebSocket,
        documents: SharedDocuments<E>,
        sockets: Sockets,
        Entrance { identities, costs, followers }: Entrance,
        permit: Arc<OwnedSemaphorePermit>,
    ) -> Connection<E> {
        let limits = *documents.limits();
        let task = Arc::new(AtomicWaker::new());
        Connection {
            socket,
            documents,
            limits,
            permit,
            clock: Clock::new(&limits),
            identities,
            costs,
            followers,
            arrival: None,
            subject: None,
            token: None,
            operations: Operations::new(limits.operations_max, task.clone()),
            reply: None,
            pong_waits: false,
            ping_due: false,
            unflushed: false,
            shutdown: Shutdown::new(sockets.shutdown, &task),
            count: sockets.count,
            task,
        }
    }

    /// Drops all but the socket, streams included.
    fn into_socket(self) -> WebSocket {
        self.socket
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Ending> {
        self.task.register(context.waker());
        match self.turn(context) {
            Err(ending) => return Poll::Ready(ending),
            // Others have their turn in between.
            Ok(More::Yes) => context.waker().wake_by_ref(),
            Ok(More::No) => {}
        }
        Poll::Pending
    }

    fn turn(&mut self, context: &mut Context<'_>) -> Result<More, Ending> {
        if self.shutdown.begins() {
            self.operations.stop_streaming();
            self.clock.leave_within(self.limits.request_time_max);
        }
        while let Poll::Ready(due) = self.clock.poll(context) {
            match due {
                Due::Init => return Err(Ending::InitTimeout),
                Due::Silence => return Err(Ending::Silent(self.limits.silence_max)),
                Due::Leave => return Err(Ending::ShuttingDown),
                Due::Ping => self.ping_due = true,
                Due::Expired => return Err(Ending::TokenExpired),
                Due::Verify => {
                    if self.token.as_ref().is_some_and(|token| !token.is_believed()) {
                        return Err(Ending::Unauthorized);
                    }
                    if self.token.as_ref().is_some_and(|token| !token.gives_the_same()) {
                        return Err(Ending::RightsChanged);
                    }
                }
            }
        }
        if self.token.as_mut().is_some_and(|token| token.poll_change(context).is_ready()) {
            return Err(Ending::RightsChanged);
        }
        let read = self.read(context)?;
        let written = self.write(context)?;
        let idle = self.operations.is_empty() && self.reply.is_none() && !self.unflushed;
        if self.shutdown.has_begun() && idle {
            return Err(Ending::ShuttingDown);
        }
        Ok(if (read, written) == (More::No, More::No) { More::No } else { More::Yes })
    }

    fn read(&mut self, context: &mut Context<'_>) -> Result<More, Ending> {
        for _ in 0..READ_PER_TURN {
            if !self.deliver(context)? {
                return Ok(More::No);
            }
            let message = match self.socket.poll_next_unpin(context) {
                Poll::Pending => return Ok(More::No),
                Poll::Ready(None) => return Err(Ending::Lost),
                Poll::Ready(Some(Err(error))) => {
                    return Err(Ending::unreadable(error, self.limits.body_bytes_max));
                }
                Poll::Ready(Some(Ok(message))) => message,
            };
            self.clock.heard();
            self.reply = match message {
                Message::Text(text) => self.answer(ClientMessage::parse(&text)?)?,
                Message::Binary(_) => return Err(InvalidMessage::Binary.into()),
                Message::Close(_) => return Err(Ending::ClosedByClient),
                Message::Ping(_) => {
                    self.pong_waits = true;
                    None
                }
                Message::Pong(_) => None,
            };
        }
        Ok(More::Yes)
    }

    fn write(&mut self, context: &mut Context<'_>) -> Result<More, Ending> {
        let (mut messages, mut bytes) = (0, 0);
        let more = loop {
            if !self.deliver(context)? || !self.writable(context)? {
                return Ok(More::No);
            }
            if messages == WRITTEN_PER_TURN || bytes >= WRITTEN_BYTES_PER_TURN {
                break More::Yes;
            }
            let Poll::Ready(message) = self.operations.poll_next() else { break More::No };
            messages += 1;
            if let Message::Text(text) = &message {
                bytes += text.len();
            }
            self.start_send(message)?;
        };
        if self.unflushed {
            self.flush(context)?;
        }
        Ok(more)
    }

    /// Does what a message asks for; gives the answer, if there is one at once.
    fn answer(&mut self, message: ClientMessage) -> Result<Option<Message>, Ending> {
        match message {
            ClientMessage::Init(_) if self.subject.is_some() => Err(Ending::TooManyInits),
            ClientMessage::Init(headers) => {
                self.clock.initialised();
                let identities = self.identities.clone();
                self.arrival = Some(async move { identities.visitor(&headers).await }.boxed());
                Ok(None)
            }
            ClientMessage::Ping(payload) => Ok(Some(server_message::pong(payload))),
            ClientMessage::Pong => Ok(None),
            ClientMessage::Complete { id } => {
                self.operations.remove(&id);
                Ok(None)
            }
            ClientMessage::Subscribe { id, params } => {
                let subject = self.subject.clone().ok_or(Ending::Unauthorized)?;
                if self.operations.contains(&id) {
                    return Err(Ending::SubscriberExists(id));
                }
                let mut told = Told::new();
                let begun = catch_unwind(AssertUnwindSafe(|| self.begin(params, subject, &mut told)));
                let mut begun = begun.unwrap_or_else(|_| Err(Failure::Internal.into()));
                if let Err(errors) = &mut begun {
                    told.fails(errors);
                }
                told.count(&self.count);
                match begun {
                    Ok(work) => {
                        self.operations.add(id, work, told);
                        Ok(None)
                    }
                    Err(errors) => Ok(Some(server_message::error(&id, &errors))),
                }
            }
        }
    }

    fn admit(&mut self, Visitor { subject, token }: Visitor) {
        if let Some(token) = &token {
            self.clock.has_token_for(token.time_left());
        }
        self.subject = Some(subject);
        self.token = token;
        self.reply = Some(server_message::acknowledgement());
    }

    fn begin(&self, params: Params, subject: Subject, told: &mut Told) -> Result<Work, Vec<ServerError>> {
        if self.shutdown.has_begun() {
            return Err(Failure::ShuttingDown.into());
        }
        let too_many = || Failure::TooManyOperations(self.limits.operations_max);
        let operation = self.operations.admit().ok_or_else(too_many)?;
        self.costs.arrive(&subject)?;
        let prepared = self.documents.prepare(params)?;
        told.is(prepared.kind, prepared.name.as_deref());
        let is_stream = prepared.kind == OperationType::Subscription;
        let stream = is_stream.then(|| self.followers.admit(StreamKind::Websocket, &subject)).transpose();
        let stream = stream.map_err(Failure::from)?;
        let places = Places { _operation: operation, _socket: self.permit.clone(), _stream: stream };
        let asked = Asked::paid(prepared, subject, told.id(), &self.costs)?;
        Ok(Work::begin(self.documents.executor(), asked, places, self.limits.request_time_max))
    }

    /// Writes what must be written before anything else. Whether nothing of that is left.
    fn deliver(&mut self, context: &mut Context<'_>) -> Result<bool, Ending> {
        if self.pong_waits {
            if !self.flush(context)? {
                return Ok(false);
            }
            self.pong_waits = false;
        }
        if self.ping_due && self.writable(context)? {
            self.ping_due = false;
            self.start_send(Message::Ping(Bytes::new()))?;
            self.clock.asked();
        }
        if let Some(arrival) = &mut self.arrival {
            let Poll::Ready(visitor) = arrival.poll_unpin(context) else { return Ok(false) };
            self.arrival = None;
            self.admit(visitor.map_err(|_| Ending::Unauthorized)?);
        }
        if self.reply.is_some() {
            if !self.writable(context)? {
                return Ok(false);
            }
            if let Some(reply) = self.reply.take() {
                self.start_send(reply)?;
            }
        }
        Ok(true)
    }

    /// Whether the socket takes a message. While it does not, nobody is asked for one.
    fn writable(&mut self, context: &mut Context<'_>) -> Result<bool, Ending> {
        if self.clock.is_blocked() && !self.flush(context)? {
            return Ok(false);
        }
        let ready = self.socket.poll_ready_unpin(context);
        self.progress(ready)
    }

    fn flush(&mut self, context: &mut Context<'_>) -> Result<bool, Ending> {
        let flushed = self.socket.poll_flush_unpin(context);
        let flushed = self.progress(flushed)?;
        self.unflushed &= !flushed;
        Ok(flushed)
    }

    fn progress(&mut self, polled: Poll<Result<(), axum::Error>>) -> Result<bool, Ending> {
        match polled {
            Poll::Ready(Ok(())) => self.clock.unblocked(),
            Poll::Ready(Err(_)) => return Err(Ending::Lost),
            Poll::Pending => self.clock.blocked(),
        }
        Ok(polled.is_ready())
    }

    fn start_send(&mut self, message: Message) -> Result<(), Ending> {
        self.unflushed = true;
        self.socket.start_send_unpin(message).map_err(|_| Ending::Lost)
    }
}
