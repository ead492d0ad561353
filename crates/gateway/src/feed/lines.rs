//! A stretch of the log as one file, an event a line. Its last line says how much there was: a file without it was cut off.

use std::sync::Arc;

use axum::{
    body::Body,
    http::{HeaderValue, header},
    response::Response,
};
use bytes::Bytes;
use futures_util::{StreamExt, stream, stream::BoxStream};
use sigeyi_cloudevents::{Ending, LINES_MEDIA_TYPE};
use sigeyi_engine::{Position, QuestionError};
use tokio::task::JoinHandle;

use super::{
    given::GivenThrough,
    pages::{Extent, Page, Pages, Unwritten},
    parameters::Parameter,
};
use crate::{costs::Costs, ended::Ended, followers::LastWords, subject::Subject};

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
    pub(super) costs: Arc<Costs>,
    pub(super) subject: Subject,
}

/// How far it has come.
struct Progress {
    lines: Lines,
    /// The piece that is read while the one before it is given.
    reading: Option<JoinHandle<Result<Unwritten, QuestionError>>>,
    count: u64,
    last_event: Position,
    given: GivenThrough,
    is_over: bool,
}

/// The file.
pub(super) fn answer(body: Body) -> Response {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(LINES_MEDIA_TYPE));
    response
}

impl Progress {
    async fn next(&mut self) -> Option<Result<Bytes, Ended>> {
        while !self.is_over {
            if self.lines.through >= self.lines.to {
                self.is_over = true;
                return Some(Ok(self.ending()));
            }
            match self.page().await {
                Ok(page) if page.text.is_empty() => {}
                Ok(page) => {
                    self.given.set(page.through);
                    return Some(Ok(page.text.into()));
                }
                Err(ended) => return Some(Err(ended)),
            }
        }
        None
    }

    async fn page(&mut self) -> Result<Page, Ended> {
        let reading = self.reading.take().unwrap_or_else(|| self.lines.read(self.lines.through));
        let page = self.lines.pages.written_down(reading).await?;
        self.lines.costs.events(&self.lines.subject, page.looked_at).await;
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
    /// What is given, and what is said where it is cut: a last line of its own, and then there is none that says how much there was.
    pub(super) fn given(self) -> (BoxStream<'static, Result<Bytes, Ended>>, LastWords) {
        let (last_event, given) = (self.through, GivenThrough::new(self.through));
        let through = given.clone();
        let progress = Progress { lines: self, reading: None, count: 0, last_event, given, is_over: false };
        let pieces = stream::unfold(progress, |mut progress| async {
            progress.next().await.map(|piece| (piece, progress))
        });
        (pieces.boxed(), Box::new(move |ended| Some(last_line(ended, through.position()))))
    }

    fn read(&self, after: Position) -> JoinHandle<Result<Unwritten, QuestionError>> {
        let left = usize::try_from(self.to.0.saturating_sub(after.0)).unwrap_or(usize::MAX);
        let looked_at_max = left.min(LOOKED_AT_MAX);
        self.pages.read(after, Extent { events_max: EVENTS_AT_A_TIME, looked_at_max })
    }
}

fn last_line(ended: &Ended, position: Position) -> Bytes {
    format!("{{\"error\":{}}}\n", ended.json_at(position)).into()
}
