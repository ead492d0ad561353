//! From an open engine to a server that answers until it is told to stop.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use axum::Router;
use sigeyi_engine::{Engine, MirrorReport, MirrorState};
use tokio::sync::{Notify, watch};

use crate::{
    app::{Parts, app},
    costs::Costs,
    documents::Documents,
    feed::{self, Feed},
    followers::Followers,
    gateway::Gateway,
    http,
    identities::Identities,
    imports::{self, ImportLimits},
    limits::Limits,
    metrics::{Metrics, Reading, Readings},
    mutations::Mutations,
    origins::Origins,
    probes::Readiness,
    published_log::{self, PublishedLog},
    register::{Register, RightsFrom},
    request_id::Outcome,
    server::{ServeError, ServeOptions, Server, Tls, TlsFiles},
    websocket::{self, Sockets},
    witness,
};

/// Time that sockets have to say goodbye, and mutations to be done whose clients have left.
const FINISHED_WITHIN: Duration = Duration::from_secs(10);

/// Serves until `stop` is done, then lets what is under way finish. `listening` is told the address as soon as connections are taken. At each
/// word of `reload` the files for TLS are read again.
pub async fn serve(
    engine: Arc<Engine>,
    options: ServeOptions,
    listening: impl FnOnce(SocketAddr),
    reload: Arc<Notify>,
    stop: impl Future<Output = ()>,
) -> Result<(), ServeError> {
    options.check()?;
    let identities = Identities::of(&options.visitors);
    let (identities, gateway) = match options.rights {
        RightsFrom::Token => (identities, Gateway::new(engine.clone())),
        RightsFrom::TokenAndRegister => {
            (identities.limited_by(Register::of(&engine)), Gateway::by_register(engine.clone()))
        }
    };
    let identities = Arc::new(identities);
    identities.load_keys().await?;
    let server = Server::bind(options.listen, options.tls.as_ref())?;
    let (shutdown, shutting_down) = watch::channel(false);
    let metrics = Metrics::new(readings(engine.clone()));
    let (introspection, cost_per_minute) = (options.introspection, options.cost_per_minute);
    let limits = Limits { introspection, cost_per_minute, ..Limits::default() };
    let followed = gateway.followed();
    let documents = Arc::new(Documents::new(gateway, limits));
    let costs = Arc::new(Costs::per_minute(limits.cost_per_minute));
    let origins = Arc::new(Origins::of(&options.allowed_origins));
    let counting = metrics.clone();
    let count: websocket::Count = Arc::new(move |outcome: &Outcome| counting.count_operation(outcome));
    let sockets = Sockets::new(websocket::SOCKETS_MAX, shutting_down.clone(), count);
    let mutations = Mutations::new();
    let followers = Followers::new(shutting_down.clone(), limits.verify_every)
        .per_user(options.streams_per_user)
        .counted_by(metrics.streams.clone());
    let transports = http::routes(
        documents.clone(),
        mutations.clone(),
        identities.clone(),
        costs.clone(),
        followers.clone(),
    )
    .merge(websocket::routes(
        documents,
        sockets.clone(),
        identities.clone(),
        costs.clone(),
        followers.clone(),
        origins.clone(),
    ))
    .merge(feed::routes(Feed::new(followed, identities.clone(), costs.clone(), followers)))
    .merge(imports::routes(engine.clone(), ImportLimits::default(), identities.clone(), costs))
    .merge(published_log::routes(PublishedLog {
        engine: engine.clone(),
        identities: identities.clone(),
        witness: witness::of_engine(&engine),
    }));
    let parts = Parts {
        metrics: metrics.clone(),
        ask_ready: Arc::new(move || readiness(&engine)),
        shutting_down,
        graphiql: options.graphiql,
        identities: identities.clone(),
        transport: options.transport(),
        origins,
    };
    let app = app(transports, parts);
    tracing::info!(address = %server.address(), connections_max = server.connections_max(), "listening");
    listening(server.address());
    let reloading = reload_tls(server.tls(), reload);
    tokio::select! {
        () = server.run(app, metrics, shutdown, stop) => {}
        () = reloading => {}
        () = identities.keep_keys_fresh() => {}
    }
    let finished = async { tokio::join!(sockets.closed(), mutations.finished()) };
    if tokio::time::timeout(FINISHED_WITHIN, finished).await.is_err() {
        tracing::warn!(
            "some sockets did not close in time, or some commands were not answered, and were cut off"
        );
    }
    tracing::info!("stopped");
    Ok(())
}

/// Serves routes of somebody else in the same way, with the same limits on connections and the same TLS, until `stop` is done: for a service that
/// needs no engine. Without TLS it listens on this machine alone.
pub async fn serve_routes(
    (listen, tls): (SocketAddr, Option<TlsFiles>),
    routes: Router,
    listening: impl FnOnce(SocketAddr),
    reload: Arc<Notify>,
    stop: impl Future<Output = ()>,
) -> Result<(), ServeError> {
    if tls.is_none() && !listen.ip().is_loopback() {
        return Err(ServeError::WithoutTls(listen));
    }
    let server = Server::bind(listen, tls.as_ref())?;
    let (shutdown, _shutting_down) = watch::channel(false);
    listening(server.address());
    let reloading = reload_tls(server.tls(), reload);
    tokio::select! {
        () = server.run(routes, Metrics::new(Readings::new(Vec::new)), shutdown, stop) => {}
        () = reloading => {}
    }
    Ok(())
}

/// Never ends.
async fn reload_tls(tls: Option<Tls>, reload: Arc<Notify>) {
    loop {
        reload.notified().await;
        match tls.clone() {
            // Reading touches the disk. A panic has gone to the log, and the old files stay.
            Some(tls) => drop(tokio::task::spawn_blocking(move || tls.read_again()).await),
            None => tracing::info!("there is no certificate to read again: the server speaks plain HTTP"),
        }
    }
}

fn readiness(engine: &Engine) -> Readiness {
    if engine.is_stopped() {
        return Readiness::NotReady("已停止记录，需要重新启动 recording has stopped: restart".to_owned());
    }
    Readiness::Ready
}

fn readings(engine: Arc<Engine>) -> Readings {
    Readings::new(move || {
        let mirror = engine.mirror_report();
        let mirror = |value: fn(&MirrorReport) -> f64| mirror.as_ref().map_or(0.0, value);
        let scrub = engine.scrub_report().unwrap_or_default();
        vec![
            Reading {
                name: "head_position",
                help: "Last event that questions see",
                value: engine.head().0 as f64,
            },
            Reading {
                name: "durable_position",
                help: "Last event that is durable",
                value: engine.durable_head().0 as f64,
            },
            Reading {
                name: "mirrored_position",
                help: "Last event that is durable in the mirror too",
                value: mirror(|it| it.mirrored_through.0 as f64),
            },
            Reading {
                name: "mirror_following",
                help: "Whether the mirror follows the journal and serves reads",
                value: mirror(|it| f64::from(u8::from(it.state == MirrorState::Following))),
            },
            Reading {
                name: "mirror_failures",
                help: "How often the mirror failed since the start; it is built anew",
                value: mirror(|it| it.failures as f64),
            },
            Reading {
                name: "mirror_reads_given_up",
                help: "Reads since the start that went to the journal because the mirror did not answer in time",
                value: mirror(|it| it.reads_given_up as f64),
            },
            Reading {
                name: "checkpoint_position",
                help: "Last event of the newest checkpoint that was handed out; 0 without one",
                value: engine.checkpoint().map_or(0.0, |it| it.checkpoint().size as f64),
            },
            Reading {
                name: "scrub_position",
                help: "Last event that was read from the disk again in the pass that goes on, or in the last one",
                value: scrub.through.0 as f64,
            },
            Reading {
                name: "scrub_passes",
                help: "How often the whole journal was read again since the start and was as it was written",
                value: scrub.finished as f64,
            },
            Reading {
                name: "scrub_finished_timestamp_seconds",
                help: "When the last of these passes ended; 0 before the first",
                value: scrub.finished_at as f64 / 1e6,
            },
            Reading {
                name: "scrub_duration_seconds",
                help: "How long the last of these passes took",
                value: scrub.took.as_secs_f64(),
            },
            Reading { name: "people", help: "People enrolled", value: engine.people() as f64 },
            Reading {
                name: "recording_stopped",
                help: "Whether nothing is recorded until a restart",
                value: f64::from(u8::from(engine.is_stopped())),
            },
        ]
    })
}
