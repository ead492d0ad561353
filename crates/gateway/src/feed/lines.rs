//! A stretch of the log as one file, an event a line. Its last line says how much there was: a file without it was cut off.

use std::sync::Arc;

use axum::{
    body::Body,
    http::{HeaderValue, header},
    response::Response,
};
use bytes::Bytes;
use futures_util::{FutureExt, StreamExt, future::BoxFuture, stream};
use sigeyi_cloudevents::{Ending, LINES_MEDIA_TYPE};
use sigeyi_engine::{Position, QuestionError};
use tokio::{sync::OwnedSemaphorePermit, task::JoinHandle};

use super::{
    ended::Ended,
    pages::{Extent, Page, Pages, Unwritten},
    parameters::Parameter,
};
use crate::{costs::Costs, subject::Subject};

/// Events that are read and given at a time: one entry in the access log must be durable before each piece, so a piece is no small one.
const EVENTS_AT_A_TIME: usize = 4_096;
/// Events that are looked at for them at most.
const LOOKED_AT_MAX: usize = 65_536;

/// The parameters beside those of filters.
pub(super) const TAKES: [Parameter; 2] = [Parameter::From, Parameter::To];

/// A file that is being given.
pub(super) struct Lines {
    pub(super) pages: Pages,
    /// The log was looked through up to here.
    pub(super) through: Position,
    /// The file ends with this position.
    pub(super) to: Position,
    /// The end of the log when the file began.
    pub(super) head: Position,
    /// Done when whoever reads may not go on.
    pub(super) over: BoxFuture<'static, Ended>,
    pub(super) costs: Arc<Costs>,
    pub(super) subject: Subject,
    /// The place that it takes.
    pub(super) _seat: OwnedSemaphorePermit,
}

/// How far it has come.
struct Progress {
    lines: Lines,
    /// The piece that is read while the one before it is given.
    reading: Option<JoinHandle<Result<Unwritten, QuestionError>>>,
    count: u64,
    last_event: Position,
    is_over: bool,
}

/// The file.
pub(super) fn answer(lines: Lines) -> Response {
    let last_event = lines.through;
    let progress = Progress { lines, reading: None, count: 0, last_event, is_over: false };
    let pieces = stream::unfold(progress, |mut progress| async {
        progress.next().await.map(|piece| (Ok::<Bytes, std::convert::Infallible>(piece), progress))
    });
    // A compressor asks once more after the end.
    let mut response = Response::new(Body::from_stream(pieces.fuse().boxed()));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(LINES_MEDIA_TYPE));
    response
}

impl Progress {
    /// The next piece. What goes wrong is a last line of its own, and then there is none that says how much there was.
    async fn next(&mut self) -> Option<Bytes> {
        while !self.is_over {
            if self.lines.through >= self.lines.to {
                self.is_over = true;
                return Some(self.ending());
            }
            match self.page().await {
                Ok(page) if page.text.is_empty() => {}
                Ok(page) => return Some(page.text.into()),
                Err(ended) => {
                    self.is_over = true;
                    return Some(format!("{{\"error\":{}}}\n", ended.json()).into());
                }
            }
        }
        None
    }

    async fn page(&mut self) -> Result<Page, Ended> {
        if let Some(over) = (&mut self.lines.over).now_or_never() {
            return Err(over);
        }
        let reading = self.reading.take().unwrap_or_else(|| self.lines.read(self.lines.through));
        let written = async {
            let page = self.lines.pages.written_down(reading).await?;
            self.lines.costs.events(&self.lines.subject, page.looked_at).await;
            Ok::<Page, Ended>(page)
        };
        let page = tokio::select! {
            biased;
            over = &mut self.lines.over => return Err(over),
            page = written => page?,
        };
        self.lines.through = page.through;
        self.count += page.count;
        self.last_event = page.last_event.unwrap_or(self.last_event);
        if page.through < self.lines.to {
            self.reading = Some(self.lines.read(page.through));
        }
        Ok(page)
    }

    fn ending(&self) -> Bytes {
        let mut text = String::new();
        let Lines { through, head, .. } = &self.lines;
        let ending =
            Ending { count: self.count, last_position: self.last_event.0, through: through.0, head: head.0 };
        ending.write(&mut text);
        text.push('\n');
        text.into()
    }
}

impl Lines {
    fn read(&self, after: Position) -> JoinHandle<Result<Unwritten, QuestionError>> {
        let left = usize::try_from(self.to.0.saturating_sub(after.0)).unwrap_or(usize::MAX);
        let looked_at_max = left.min(LOOKED_AT_MAX);
        self.pages.read(after, Extent { events_max: EVENTS_AT_A_TIME, looked_at_max })
    }
}
