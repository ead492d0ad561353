//! GraphQL over HTTP, as its specification has it: queries by GET and POST, mutations by POST, one operation a request.

mod answer;
mod body;
mod negotiation;
mod parameters;
mod run;

use std::sync::Arc;

use async_graphql::parser::types::OperationType;
use axum::{
    Router,
    extract::{Request, State},
    http::{Method, StatusCode},
    response::Response,
    routing::any,
};
use uuid::Uuid;

use self::{
    answer::{Refusal, Result, answered, refused},
    negotiation::Media,
};
use crate::{
    asked::Asked,
    codes::Code,
    costs::Costs,
    documents::{Params, SharedDocuments},
    executor::{Answer, Executor},
    identities::Identities,
    limits::Limits,
    mutations::Mutations,
    request_id::{Outcome, RequestId, kind_name},
};

/// Length of an operation's name in the log, in characters.
const NAME_CHARS_MAX: usize = 100;

/// The routes of this transport: `/graphql`.
pub(crate) fn routes<E: Executor>(
    documents: SharedDocuments<E>,
    mutations: Mutations,
    identities: Arc<Identities>,
    costs: Arc<Costs>,
) -> Router {
    let shared = Arc::new(Shared { documents, mutations, identities, costs });
    Router::new().route("/graphql", any(answer::<E>)).with_state(shared)
}

struct Shared<E> {
    documents: SharedDocuments<E>,
    mutations: Mutations,
    identities: Arc<Identities>,
    costs: Arc<Costs>,
}

/// Answers one request.
async fn answer<E: Executor>(State(shared): State<Arc<Shared<E>>>, request: Request) -> Response {
    let id = request.extensions().get().copied().unwrap_or_else(|| RequestId(Uuid::new_v4()));
    let media = negotiation::accepted(request.headers());
    let mut outcome = Outcome::default();
    let result = match media {
        Some(_) => operate(&shared, request, id, &mut outcome).await,
        None => Err(Refusal::new(
            StatusCode::NOT_ACCEPTABLE,
            Code::NotAcceptable,
            "answers are application/graphql-response+json or application/json: accept one of them",
        )),
    };
    let media = media.unwrap_or(Media::Json);
    match result {
        Ok(answer) => answered(answer, media, id, outcome),
        Err(refusal) => refused(refusal, media, id, outcome),
    }
}

async fn operate<E: Executor>(
    Shared { documents, mutations, identities, costs }: &Shared<E>,
    request: Request,
    id: RequestId,
    outcome: &mut Outcome,
) -> Result<Answer> {
    let by_get = request.method() == Method::GET;
    if !by_get && request.method() != Method::POST {
        let refusal = Refusal::new(
            StatusCode::METHOD_NOT_ALLOWED,
            Code::MethodNotAllowed,
            "send queries by GET or POST, mutations by POST",
        );
        return Err(refusal.allow("GET, POST"));
    }
    let subject = identities.subject_of(request.headers()).await.map_err(|_| {
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
        OperationType::Subscription => {
            let message = "a subscription needs a WebSocket with the protocol graphql-transport-ws: open one";
            return Err(Refusal::new(StatusCode::BAD_REQUEST, Code::WrongTransport, message));
        }
        OperationType::Query | OperationType::Mutation => {}
    }
    let asked = Asked::paid(prepared, subject, id, costs)?;
    let time_max = documents.limits().request_time_max;
    run::run(documents.executor().clone(), asked, mutations, time_max).await
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
