//! Events for analysts over plain HTTP, as CloudEvents: page by page or as they happen at `/events`, as a file at `/events.ndjson`.
//!
//! One cursor everywhere: the position, strictly after it. What may be read is decided by the same [`ReadableLog`] as for subscriptions, and is
//! written down before it is given.

mod batch;
mod given;
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
use sigeyi_cloudevents::CloudEvents;
use sigeyi_domain::access::Denial;
use sigeyi_engine::{AccessAction, LogFilter, Position};
use tower_http::compression::{CompressionLayer, CompressionLevel};
use uuid::Uuid;

use self::{
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
    followers::{Followed, Followers},
    identities::{Identities, Visitor},
    metrics::StreamKind,
    request_id::{Outcome, RequestId},
    schema::Service,
    scope::{ReadableLog, Shown},
    server::Uptake,
    subject::Subject,
    tokens::Token,
    witness::Witnessed,
};

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
        Feed { service, streams, identities, costs, followers }
    }
}

/// `/events` and `/events.ndjson`. A file is long and all alike: a coding at its fastest level makes it little longer and gives it several times as fast.
pub(crate) fn routes(feed: Feed) -> Router {
    let fastest = CompressionLayer::new().quality(CompressionLevel::Fastest);
    Router::new()
        .route("/events", get(events))
        .route("/events.ndjson", get(file).layer(fastest))
        .with_state(feed)
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
                return self.stream((entered, token), request, query, id).await;
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
        (entered, token): (Entered, Option<Token>),
        request: &Parts,
        query: &str,
        id: RequestId,
    ) -> Result<Response, Refusal> {
        let parameters = self.parameters(query, &messages::TAKES)?;
        let after = last_event_id(&request.headers)?.or(parameters.after);
        self.require_reached(after)?;
        let place = self.followers.admit(StreamKind::Sse, &entered.subject)?;
        let log = self.log(&entered, parameters.filter).await?;
        let after = after.unwrap_or_else(|| *self.service.head.borrow());
        let subscriber = self.streams.follow_as_messages(log, after, entered.witnessed.clone());
        let messages = Messages {
            subscriber,
            after,
            heartbeat_every: self.followers.pace.heartbeat_every,
            costs: self.costs.clone(),
            subject: entered.subject,
        };
        let (pieces, last_words) = messages.given();
        let patience = self.followers.keeping_up();
        let followed = Followed { pieces, over: self.followers.over(token), last_words, patience, place, id };
        Ok(messages::answer(followed.into_body(Uptake::of(&request.extensions))))
    }

    /// A stretch of the log.
    async fn file(&self, request: &Parts, id: RequestId) -> Result<Response, Refusal> {
        let (entered, token) = self.enter(&request.headers, id).await?;
        let parameters = self.parameters(request.uri.query().unwrap_or_default(), &lines::TAKES)?;
        let place = self.followers.admit(StreamKind::Ndjson, &entered.subject)?;
        let pages = self.pages(&entered, parameters.filter, '\n').await?;
        let head = self.service.engine.head();
        let to = parameters.to.map_or(head, |to| to.min(head));
        let lines = Lines {
            pages,
            through: parameters.after.unwrap_or(Position::BEGINNING),
            to,
            head,
            costs: self.costs.clone(),
            subject: entered.subject,
        };
        let (pieces, last_words) = lines.given();
        let patience = self.followers.at_any_speed();
        let followed = Followed { pieces, over: self.followers.over(token), last_words, patience, place, id };
        Ok(lines::answer(followed.into_body(Uptake::of(&request.extensions))))
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
}

/// Media types by which pages are asked for.
const BATCHES: [MediaName; 2] = [("application", "cloudevents-batch+json"), ("application", "json")];

/// The last position that a client has seen, which comes again by itself.
fn last_event_id(headers: &HeaderMap) -> Result<Option<Position>, Refusal> {
    let Some(value) = headers.get(LAST_EVENT_ID) else { return Ok(None) };
    let position = value.to_str().ok().and_then(parameters::position);
    position.map(Some).ok_or(Refusal::BadLastEventId)
}

/// What the fuzz targets read.
#[cfg(feature = "fuzzing")]
pub(crate) mod fuzzing {
    use super::{
        batch, lines, messages,
        parameters::{Parameter, Parameters},
    };
    use crate::fuzzing::{EventsAs, Refused};

    /// The query of an address as it was understood, written again.
    pub(crate) fn address(query: &str, shape: EventsAs) -> Result<String, Refused> {
        let (takes, cursor) = match shape {
            EventsAs::Pages => (&batch::TAKES[..], Parameter::After),
            EventsAs::Stream => (&messages::TAKES[..], Parameter::After),
            EventsAs::File => (&lines::TAKES[..], Parameter::From),
        };
        let found = Parameters::parse(query, takes).map_err(|bad| Refused {
            code: Some(bad.code().to_owned()),
            message: bad.to_string(),
            has_path: false,
        })?;
        Ok(found.query(cursor))
    }
}
