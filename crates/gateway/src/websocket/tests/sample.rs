//! A small schema with every kind of stream that must be borne, and a server of it.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_graphql::{Context, Object, Schema, Subscription};
use axum::{Extension, Router, serve::ListenerExt};
use futures_util::{Stream, StreamExt, stream};
use tokio::{
    net::TcpSocket,
    sync::{Semaphore, watch},
    time::{Instant, sleep},
};

use super::super::{SOCKETS_MAX, Sockets, routes};
use crate::{
    costs::Costs, documents::Documents, executor::Graph, followers::Followers, identities::Identities,
    limits::Limits, server::Uptake, subject::Subject,
};

/// What resolvers do, for tests to see.
#[derive(Default)]
pub(super) struct World {
    /// Items that floods have made.
    pub(super) produced: AtomicU64,
    /// Streams that are not dropped.
    pub(super) streams: AtomicUsize,
    /// Mutations that have begun, and those that are done.
    pub(super) begun: AtomicU64,
    pub(super) done: AtomicU64,
    /// A mutation is done when it gets a permit.
    pub(super) gate: Gate,
}

impl World {
    fn fault(&self) -> i32 {
        panic!("this resolver panics")
    }
}

pub(super) struct Gate(pub(super) Semaphore);

impl Default for Gate {
    fn default() -> Gate {
        Gate(Semaphore::new(0))
    }
}

/// Counts a stream as long as it lives.
struct Alive(Arc<World>);

impl Alive {
    fn new(context: &Context<'_>) -> Alive {
        let world = context.data_unchecked::<Arc<World>>().clone();
        world.streams.fetch_add(1, Ordering::SeqCst);
        Alive(world)
    }
}

impl Drop for Alive {
    fn drop(&mut self) {
        self.0.streams.fetch_sub(1, Ordering::SeqCst);
    }
}

struct Query;

#[Object]
impl Query {
    async fn hello(&self, context: &Context<'_>, name: String) -> String {
        format!("hello {name}, says {}", context.data_unchecked::<Subject>().actor)
    }

    async fn fail(&self) -> Result<i32, async_graphql::Error> {
        Err("it fails".into())
    }

    async fn panic(&self, context: &Context<'_>) -> i32 {
        context.data_unchecked::<Arc<World>>().fault()
    }

    async fn never(&self, context: &Context<'_>) -> i32 {
        let _alive = Alive::new(context);
        std::future::pending().await
    }
}

struct Mutation;

#[Object]
impl Mutation {
    async fn add(&self, context: &Context<'_>) -> u64 {
        let world = context.data_unchecked::<Arc<World>>();
        world.begun.fetch_add(1, Ordering::SeqCst);
        world.gate.0.acquire().await.expect("it is open").forget();
        world.done.fetch_add(1, Ordering::SeqCst) + 1
    }

    async fn panic(&self, context: &Context<'_>) -> i32 {
        context.data_unchecked::<Arc<World>>().fault()
    }
}

struct Subscription;

#[Subscription]
impl Subscription {
    async fn count(&self, to: u64) -> impl Stream<Item = u64> {
        stream::iter(1..=to)
    }

    /// Never ends and is always ready.
    async fn flood(&self, context: &Context<'_>, bytes: usize) -> impl Stream<Item = String> {
        let alive = Alive::new(context);
        stream::repeat_with(move || {
            let number = alive.0.produced.fetch_add(1, Ordering::SeqCst);
            format!("{number:0bytes$}")
        })
    }

    async fn ticks(&self, context: &Context<'_>, milliseconds: u64) -> impl Stream<Item = u64> {
        let alive = Alive::new(context);
        stream::unfold((0, alive), move |(number, alive)| async move {
            sleep(Duration::from_millis(milliseconds)).await;
            Some((number, (number + 1, alive)))
        })
    }

    async fn failing(&self) -> impl Stream<Item = Result<u64, async_graphql::Error>> {
        stream::iter([Ok(1), Err("it fails".into())])
    }

    async fn refused(&self) -> Result<stream::Empty<u64>, async_graphql::Error> {
        Err("no such stream".into())
    }

    async fn panicking(&self) -> impl Stream<Item = u64> {
        stream::iter(1..).map(|number| if number < 3 { number } else { panic!("this stream panics") })
    }

    async fn silent(&self, context: &Context<'_>) -> impl Stream<Item = u64> {
        let alive = Alive::new(context);
        stream::pending().inspect(move |_: &u64| assert!(Arc::strong_count(&alive.0) > 0))
    }
}

/// A server of the sample schema.
pub(super) struct Server {
    pub(super) address: SocketAddr,
    pub(super) world: Arc<World>,
    pub(super) sockets: Sockets,
    pub(super) followers: Followers,
    pub(super) shutdown: watch::Sender<bool>,
}

impl Server {
    pub(super) async fn start() -> Server {
        Server::with(Limits::default(), SOCKETS_MAX).await
    }

    pub(super) async fn with(limits: Limits, sockets_max: u32) -> Server {
        Server::made(limits, sockets_max, Identities::Everybody, Uptake::default()).await
    }

    /// Where connections linger so long.
    pub(super) async fn lingering(limits: Limits, linger_time_max: Duration) -> Server {
        Server::made(limits, SOCKETS_MAX, Identities::Everybody, Uptake::new(linger_time_max)).await
    }

    /// For those whom it knows.
    pub(super) async fn of(identities: Identities) -> Server {
        Server::with_identities(Limits::default(), identities).await
    }

    pub(super) async fn with_identities(limits: Limits, identities: Identities) -> Server {
        Server::made(limits, SOCKETS_MAX, identities, Uptake::default()).await
    }

    async fn made(limits: Limits, sockets_max: u32, identities: Identities, uptake: Uptake) -> Server {
        let world = Arc::new(World::default());
        let data = world.clone();
        let graph = Graph::new(|| Schema::build(Query, Mutation, Subscription).data(data.clone()));
        let (shutdown, receiver) = watch::channel(false);
        let followers = Followers::new(receiver.clone(), limits.verify_every);
        let sockets = Sockets::new(sockets_max, receiver, Arc::new(|_| {}));
        let documents = Arc::new(Documents::new(graph, limits));
        let costs = Arc::new(Costs::per_minute(limits.cost_per_minute));
        let identities = Arc::new(identities);
        let routes = routes(documents, sockets.clone(), identities, costs, followers.clone(), Arc::default());
        let address = listen(routes.layer(Extension(uptake)));
        Server { address, world, sockets, followers, shutdown }
    }
}

/// Serves the routes.
fn listen(routes: Router) -> SocketAddr {
    let socket = TcpSocket::new_v4().expect("there are sockets");
    socket.bind(SocketAddr::from(([127, 0, 0, 1], 0))).expect("there is a port");
    // Room for a thousand clients that connect at once.
    let listener = socket.listen(4_096).expect("it can listen");
    let address = listener.local_addr().expect("it is bound");
    let listener = listener.tap_io(|stream| stream.set_nodelay(true).expect("it can be set"));
    tokio::spawn(async move { axum::serve(listener, routes).await });
    address
}

/// Waits until it is so, and fails when it is not after 20 seconds.
pub(super) async fn until(what: &str, condition: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !condition() {
        assert!(Instant::now() < deadline, "not in time: {what}");
        sleep(Duration::from_millis(5)).await;
    }
}
