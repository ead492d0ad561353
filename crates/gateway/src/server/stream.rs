//! A connection's stream: it holds the connection's seat until it is closed, and gives up on a client that takes nothing.

use std::{
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Instant, Sleep, sleep_until},
};

use crate::server::{seat::Seat, uptake::Uptake};

/// A stream, also after it has become a WebSocket.
pub(crate) struct Stream<S> {
    inner: S,
    write_time_max: Duration,
    /// While the client takes nothing.
    stalled: Option<Stalled>,
    uptake: Uptake,
    _seat: Arc<Seat>,
}

struct Stalled {
    since: Instant,
    /// Runs until the client is given up.
    timer: Pin<Box<Sleep>>,
}

impl<S> Stream<S> {
    pub(crate) fn new(inner: S, write_time_max: Duration, seat: Arc<Seat>, uptake: Uptake) -> Stream<S> {
        Stream { inner, write_time_max, stalled: None, uptake, _seat: seat }
    }

    fn within_time<T>(
        &mut self,
        context: &mut Context<'_>,
        poll: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if poll.is_ready() {
            if self.stalled.take().is_some() {
                self.uptake.goes_on();
            }
            return poll;
        }
        let stalled = self.stalled.get_or_insert_with(|| {
            let since = Instant::now();
            self.uptake.stalls(since);
            Stalled { since, timer: Box::pin(sleep_until(since + self.write_time_max)) }
        });
        let given_up_at = self.uptake.given_up_at(stalled.since, self.write_time_max, context.waker());
        if stalled.timer.deadline() != given_up_at {
            stalled.timer.as_mut().reset(given_up_at);
        }
        match stalled.timer.as_mut().poll(context) {
            Poll::Ready(()) => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
            Poll::Pending => Poll::Pending,
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Stream<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_read(context, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Stream<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let poll = Pin::new(&mut self.inner).poll_write(context, bytes);
        self.within_time(context, poll)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let poll = Pin::new(&mut self.inner).poll_write_vectored(context, pieces);
        self.within_time(context, poll)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let poll = Pin::new(&mut self.inner).poll_flush(context);
        if let Poll::Ready(Ok(())) = poll {
            self.uptake.all_is_taken();
        }
        self.within_time(context, poll)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let poll = Pin::new(&mut self.inner).poll_shutdown(context);
        self.within_time(context, poll)
    }
}
