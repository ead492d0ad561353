//! Events for analysts over plain HTTP, as CloudEvents: page by page or as they happen at `/events`, as a file at `/events.ndjson`.
//!
//! One cursor everywhere: the position, strictly after it. What may be read is decided by the same [`ReadableLog`] as for subscriptions, and is
//! written down before it is given.

mod batch;
mod ended;
mod lines;
mod messages;
mod pages;
mod parameters;
mod refusal;

use std::sync::Arc;

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, request::Parts},
    response::Response,
    routing::get,
};
use futures_util::{FutureExt, future::BoxFuture};
use sigeyi_cloudevents::CloudEvents;
use sigeyi_domain::access::Denial;
use sigeyi_engine::{AccessAction, LogFilter, Position};
use tokio::sync::Semaphore;
use uuid::Uuid;

use self::{
    ended::Ended,
    lines::Lines,
    messages::Messages,
    pages::Pages,
    parameters::{Parameter, Parameters},
    refusal::Refusal,
};
use crate::{
    accept::{Accepted, Liking, MediaName},
    costs::Costs,
    event_streams::EventStreams,
    followers::Followers,
    identities::{Identities, Visitor},
    request_id::{Outcome, RequestId},
    schema::Service,
    scope::{ReadableLog, Shown},
    subject::Subject,
    tokens::Token,
    witness::Witnessed,
};

/// Files that are given at a time: each keeps a processor busy.
const FILES_MAX: usize = 8;
/// Header of a client that comes again.
const LAST_EVENT_ID: &str = "last-event-id";
/// What these requests are in the log and in the figures.
const KIND: &str = "events";

/// What the routes need.
#[derive(Clone)]
pub(crate) struct Feed {
    service: Arc<Service>,
    streams: Arc<EventStreams>,
    identities: Arc<Identities>,
    costs: Arc<Costs>,
    followers: Followers,
    files: Arc<Semaphore>,
}

/// Somebody who has come in.
struct Entered {
    subject: Subject,
    witnessed: Witnessed,
}

impl Feed {
    pub(crate) fn new(
        (service, streams): (Arc<Service>, Arc<EventStreams>),
        identities: Arc<Identities>,
        costs: Arc<Costs>,
        followers: Followers,
    ) -> Feed {
        let files = Arc::new(Semaphore::new(FILES_MAX));
        Feed { service, streams, identities, costs, followers, files }
    }
}

/// `/events` and `/events.ndjson`.
pub(crate) fn routes(feed: Feed) -> Router {
    Router::new().route("/events", get(events)).route("/events.ndjson", get(file)).with_state(feed)
}

async fn events(State(feed): State<Feed>, request: Parts) -> Response {
    let id = id_of(&request);
    told(feed.events(&request, id).await, id)
}

async fn file(State(feed): State<Feed>, request: Parts) -> Response {
    let id = id_of(&request);
    told(feed.file(&request, id).await, id)
}

fn id_of(request: &Parts) -> RequestId {
    request.extensions.get().copied().unwrap_or_else(|| RequestId(Uuid::new_v4()))
}

fn told(answer: Result<Response, Refusal>, id: RequestId) -> Response {
    match answer {
        Ok(mut response) => {
            response.extensions_mut().insert(Outcome { kind: KIND, ..Outcome::default() });
            response
        }
        Err(refusal) => refusal.into_response(id),
    }
}

impl Feed {
    /// A page, or a stream where that is what the client likes better.
    async fn events(&self, request: &Parts, id: RequestId) -> Result<Response, Refusal> {
        let (entered, token) = self.enter(&request.headers, id).await?;
        let query = request.uri.query().unwrap_or_default();
        match Accepted::of(&request.headers).liking_for_streams(&BATCHES) {
            None => return Err(Refusal::NotAcceptable),
            Some(Liking::Stream | Liking::Either) => {
                return self.stream(entered, token, &request.headers, query).await;
            }
            Some(Liking::Others) => {}
        }
        let parameters = self.parameters(query, &batch::TAKES)?;
        let pages = self.pages(&entered, parameters.filter.clone(), ',').await?;
        let (response, looked_at) = batch::page(&pages, &parameters, query).await.map_err(Refusal::Failed)?;
        self.costs.events(&entered.subject, looked_at).await;
        Ok(response)
    }

    async fn stream(
        &self,
        entered: Entered,
        token: Option<Token>,
        headers: &HeaderMap,
        query: &str,
    ) -> Result<Response, Refusal> {
        let parameters = self.parameters(query, &messages::TAKES)?;
        let after = last_event_id(headers)?.or(parameters.after);
        self.require_reached(after)?;
        let seat = self.followers.admit()?;
        let log = self.log(&entered, parameters.filter).await?;
        let after = after.unwrap_or_else(|| *self.service.head.borrow());
        let subscriber = self.streams.follow_as_messages(log, after, entered.witnessed.clone());
        Ok(messages::answer(Messages {
            subscriber,
            after,
            pace: self.followers.pace,
            over: self.over(token),
            costs: self.costs.clone(),
            subject: entered.subject,
            _seat: seat,
        }))
    }

    /// A stretch of the log.
    async fn file(&self, request: &Parts, id: RequestId) -> Result<Response, Refusal> {
        let (entered, token) = self.enter(&request.headers, id).await?;
        let parameters = self.parameters(request.uri.query().unwrap_or_default(), &lines::TAKES)?;
        let seat = self.followers.admit_to(&self.files)?;
        let pages = self.pages(&entered, parameters.filter, '\n').await?;
        let head = self.service.engine.head();
        let to = parameters.to.map_or(head, |to| to.min(head));
        Ok(lines::answer(Lines {
            pages,
            through: parameters.after.unwrap_or(Position::BEGINNING),
            to,
            head,
            over: self.over(token),
            costs: self.costs.clone(),
            subject: entered.subject,
            _seat: seat,
        }))
    }

    async fn enter(&self, headers: &HeaderMap, id: RequestId) -> Result<(Entered, Option<Token>), Refusal> {
        let visitor = self.identities.visitor(headers).await.map_err(|_| Refusal::Unauthenticated)?;
        let Visitor { subject, token } = visitor;
        self.costs.arrive(&subject)?;
        let witnessed = Witnessed::new(&subject, id);
        Ok((Entered { subject, witnessed }, token))
    }

    fn parameters(&self, query: &str, takes: &[Parameter]) -> Result<Parameters, Refusal> {
        let parameters = Parameters::parse(query, takes)?;
        self.require_reached(parameters.after)?;
        Ok(parameters)
    }

    /// Whoever has come further than the log has read another one, and would miss what is recorded until it has come so far.
    fn require_reached(&self, after: Option<Position>) -> Result<(), Refusal> {
        let is_reached = after.is_none_or(|after| after <= self.service.engine.head());
        if is_reached { Ok(()) } else { Err(Refusal::UnknownPosition) }
    }

    async fn pages(&self, entered: &Entered, asked: LogFilter, separator: char) -> Result<Pages, Refusal> {
        Ok(Pages {
            service: self.service.clone(),
            events: CloudEvents::of_log(self.service.engine.log_id()),
            log: Arc::new(self.log(entered, asked).await?),
            witnessed: entered.witnessed.clone(),
            separator,
        })
    }

    /// What may be read of what is asked for. That it was asked for in vain is written down.
    async fn log(&self, entered: &Entered, asked: LogFilter) -> Result<ReadableLog, Refusal> {
        match ReadableLog::of(&entered.subject, asked) {
            Ok(log) => Ok(log),
            Err(denial) => Err(self.denied(entered, denial).await),
        }
    }

    async fn denied(&self, entered: &Entered, denial: Denial) -> Refusal {
        let shown = Shown::default();
        shown.denies(AccessAction::Events, None);
        let head = self.service.engine.head();
        let noted = entered.witnessed.note(&self.service, &shown.sightings(), head).await;
        noted.map_or_else(|error| Refusal::Failed(error.into()), |()| Refusal::Forbidden(denial))
    }

    /// Done when a stream must end.
    fn over(&self, token: Option<Token>) -> BoxFuture<'static, Ended> {
        self.followers.over(token).map(Ended::from).boxed()
    }
}

/// Media types by which pages are asked for.
const BATCHES: [MediaName; 2] = [("application", "cloudevents-batch+json"), ("application", "json")];

/// The last position that a client has seen, which comes again by itself.
fn last_event_id(headers: &HeaderMap) -> Result<Option<Position>, Refusal> {
    let Some(value) = headers.get(LAST_EVENT_ID) else { return Ok(None) };
    let position = value.to_str().ok().and_then(parameters::position);
    position.map(Some).ok_or(Refusal::BadLastEventId)
}
