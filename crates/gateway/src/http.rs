//! GraphQL over HTTP, as its specification has it: queries by GET and POST, mutations by POST, one operation a request. Whoever accepts an event
//! stream is given subscriptions too.

mod answer;
mod body;
mod negotiation;
mod parameters;
mod run;
mod stream;

use std::sync::Arc;

use async_graphql::parser::types::OperationType;
use axum::{
    Router,
    extract::{Request, State},
    http::{Method, StatusCode},
    response::Response,
    routing::any,
};
use futures_util::StreamExt;
use uuid::Uuid;

use self::{
    answer::{Refusal, Result, answered, refused},
    negotiation::Media,
};
use crate::{
    accept::Liking,
    asked::Asked,
    codes::Code,
    costs::Costs,
    documents::{Params, SharedDocuments},
    executor::{Answer, Executor},
    followers::{Followed, Followers},
    identities::{Identities, Visitor},
    limits::Limits,
    metrics::StreamKind,
    mutations::Mutations,
    request_id::{Outcome, RequestId, kind_name},
    server::Uptake,
};

/// Length of an operation's name in the log, in characters.
const NAME_CHARS_MAX: usize = 100;

/// The routes of this transport: `/graphql`.
pub(crate) fn routes<E: Executor>(
    documents: SharedDocuments<E>,
    mutations: Mutations,
    identities: Arc<Identities>,
    costs: Arc<Costs>,
    followers: Followers,
) -> Router {
    let shared = Arc::new(Shared { documents, mutations, identities, costs, followers });
    Router::new().route("/graphql", any(answer::<E>)).with_state(shared)
}

struct Shared<E> {
    documents: SharedDocuments<E>,
    mutations: Mutations,
    identities: Arc<Identities>,
    costs: Arc<Costs>,
    followers: Followers,
}

/// What came of an operation.
enum Given {
    Answer(Answer),
    Stream(Followed),
}

/// Answers one request.
async fn answer<E: Executor>(State(shared): State<Arc<Shared<E>>>, request: Request) -> Response {
    let id = request.extensions().get().copied().unwrap_or_else(|| RequestId(Uuid::new_v4()));
    let uptake = Uptake::of(request.extensions());
    let media = negotiation::accepted(request.headers());
    let liking = negotiation::liking_for_streams(request.headers());
    let mut outcome = Outcome::default();
    let result = match liking {
        Some(liking) => operate(&shared, request, id, liking, &mut outcome).await,
        None => Err(Refusal::new(
            StatusCode::NOT_ACCEPTABLE,
            Code::NotAcceptable,
            "answers are application/graphql-response+json, application/json or text/event-stream: accept one of them",
        )),
    };
    // Whoever takes nothing but streams is told by the status that there is none.
    let media = media.unwrap_or(if liking.is_some() { Media::GraphqlResponse } else { Media::Json });
    match result {
        Ok(Given::Answer(answer)) => answered(answer, media, id, outcome),
        Ok(Given::Stream(followed)) => stream::answer(followed.into_body(uptake), outcome),
        Err(refusal) => refused(refusal, media, id, outcome),
    }
}

async fn operate<E: Executor>(
    Shared { documents, mutations, identities, costs, followers }: &Shared<E>,
    request: Request,
    id: RequestId,
    liking: Liking,
    outcome: &mut Outcome,
) -> Result<Given> {
    let by_get = request.method() == Method::GET;
    if !by_get && request.method() != Method::POST {
        let refusal = Refusal::new(
            StatusCode::METHOD_NOT_ALLOWED,
            Code::MethodNotAllowed,
            "send queries by GET or POST, mutations by POST",
        );
        return Err(refusal.allow("GET, POST"));
    }
    let Visitor { subject, token } = identities.visitor(request.headers()).await.map_err(|_| {
        let message = "there are no valid credentials: send them with the request";
        Refusal::new(StatusCode::UNAUTHORIZED, Code::Unauthenticated, message)
    })?;
    costs.arrive(&subject)?;
    let params = parameters(request, documents.limits()).await?;
    let mut prepared = documents.prepare(params)?;
    outcome.kind = kind_name(prepared.kind);
    outcome.operation = prepared.name.take().map(|name| name.chars().take(NAME_CHARS_MAX).collect());
    match prepared.kind {
        OperationType::Mutation if by_get => {
            let message = "a mutation changes something: send it by POST";
            let refusal = Refusal::new(StatusCode::METHOD_NOT_ALLOWED, Code::MethodNotAllowed, message);
            return Err(refusal.allow("POST"));
        }
        OperationType::Subscription if liking == Liking::Others => {
            let message = "a subscription is a stream: accept text/event-stream, or open a WebSocket with the protocol graphql-transport-ws";
            return Err(Refusal::new(StatusCode::BAD_REQUEST, Code::WrongTransport, message));
        }
        OperationType::Query | OperationType::Mutation | OperationType::Subscription => {}
    }
    let is_stream = prepared.kind == OperationType::Subscription || liking == Liking::Stream;
    let place = is_stream.then(|| followers.admit(StreamKind::GraphqlSse, &subject)).transpose()?;
    let asked = Asked::paid(prepared, subject, id, costs)?;
    let (executor, time_max) = (documents.executor().clone(), documents.limits().request_time_max);
    let Some(place) = place else {
        return run::run(executor, asked, mutations, time_max).await.map(Given::Answer);
    };
    let items = match asked.kind() {
        OperationType::Subscription => executor.subscribe(asked),
        OperationType::Query | OperationType::Mutation => {
            let answer = run::run(executor, asked, mutations, time_max).await?;
            futures_util::stream::iter([answer.item(id)]).boxed()
        }
    };
    let pieces = stream::given(items, followers.pace.heartbeat_every);
    let (over, patience, last_words) =
        (followers.over(token), followers.keeping_up(), stream::last_words(id));
    Ok(Given::Stream(Followed { pieces, over, last_words, patience, place, id }))
}

async fn parameters(request: Request, limits: &Limits) -> Result<Params> {
    if request.method() == Method::GET {
        return parameters::from_query(request.uri().query().unwrap_or_default());
    }
    let (parts, body) = request.into_parts();
    negotiation::require_json(&parts.headers)?;
    let bytes = body::read(&parts.headers, body, limits).await?;
    parameters::from_json(&bytes)
}

/// What the fuzz targets read.
#[cfg(feature = "fuzzing")]
pub(crate) mod fuzzing {
    use async_graphql::ServerError;

    use super::parameters;
    use crate::documents::Params;

    pub(crate) fn from_json(bytes: &[u8]) -> Result<Params, Vec<ServerError>> {
        parameters::from_json(bytes).map_err(|refusal| refusal.into_errors())
    }

    pub(crate) fn from_query(text: &str) -> Result<Params, Vec<ServerError>> {
        parameters::from_query(text).map_err(|refusal| refusal.into_errors())
    }
}

#[cfg(test)]
mod tests;
