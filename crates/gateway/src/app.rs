//! All routes with the layers around them.

use std::sync::Arc;

use axum::{Router, middleware};
use tokio::sync::watch;
use tower_http::compression::{
    CompressionLayer,
    predicate::{NotForContentType, Predicate, SizeAbove},
};

use crate::{
    answer_headers::{self, Transport},
    graphiql,
    identities::Identities,
    metrics::Metrics,
    observe::observe,
    origins::Origins,
    probes::{self, AskReady},
    this_machine,
};

/// Length from which an answer is worth compressing, in bytes.
const COMPRESSED_FROM_BYTES: u64 = 1_024;

/// What the app is made of beside its transports.
pub(crate) struct Parts {
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) ask_ready: AskReady,
    pub(crate) shutting_down: watch::Receiver<bool>,
    pub(crate) graphiql: bool,
    pub(crate) identities: Arc<Identities>,
    pub(crate) transport: Transport,
    pub(crate) origins: Arc<Origins>,
}

/// The app around the routes of the transports.
pub(crate) fn app(transports: Router, parts: Parts) -> Router {
    let transport = parts.transport;
    // A preflight says nothing of who asks, so it is answered before anything else is looked at.
    let transports = match parts.origins.layer() {
        Some(cors) => transports.layer(cors),
        None => transports,
    };
    let is_of_this_machine = parts.identities.are_of_this_machine();
    let probes =
        probes::routes(parts.ask_ready, parts.metrics.clone(), parts.shutting_down, parts.identities);
    let graphiql = if parts.graphiql { graphiql::routes() } else { Router::new() };
    let compression = CompressionLayer::new().compress_when(
        SizeAbove::new(COMPRESSED_FROM_BYTES)
            .and(NotForContentType::SSE)
            .and(NotForContentType::const_new("multipart/")),
    );
    // Of layers the last is the outermost.
    let routes = transports.merge(probes).merge(graphiql).layer(compression);
    // A page of somebody else has no token, and browsers add none by themselves.
    let guarded =
        if is_of_this_machine { routes.layer(middleware::from_fn(this_machine::only)) } else { routes };
    guarded
        .layer(middleware::map_response(move |answer| {
            std::future::ready(answer_headers::add(answer, transport))
        }))
        .layer(middleware::from_fn_with_state(parts.metrics, observe))
}
