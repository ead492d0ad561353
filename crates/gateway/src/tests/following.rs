//! The routes of events over a world, and a client that reads what comes as it comes.

use std::{collections::HashMap, sync::Arc, time::Duration};

use axum::{
    Router,
    body::{Body, BodyDataStream},
    http::Request,
    response::Response,
};
use futures_util::StreamExt;
use serde_json::Value;
use tokio::sync::watch;
use tower::ServiceExt;

use super::world::World;
use crate::{
    costs::{COST_PER_MINUTE, Costs},
    feed::{Feed, routes},
    followers::{Followers, Pace},
    identities::Identities,
    limits::Limits,
    metrics::{Metrics, Readings},
    subject::Subject,
};

const WITHIN: Duration = Duration::from_secs(20);
pub(crate) const EVENT_STREAM: &str = "text/event-stream";
pub(crate) const BATCH: &str = "application/cloudevents-batch+json";

/// The routes.
pub(crate) struct Following {
    router: Router,
    metrics: Arc<Metrics>,
    pub(crate) shutdown: watch::Sender<bool>,
}

/// A message of an event stream.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Message {
    pub(crate) event: String,
    pub(crate) id: Option<u64>,
    pub(crate) data: String,
}

/// What is read of an event stream.
pub(crate) struct Messages {
    body: BodyDataStream,
    text: String,
}

impl Following {
    /// For whoever needs no identity.
    pub(crate) fn of(world: &World) -> Following {
        Following::with(world, Identities::Everybody, Pace::default())
    }

    /// For subjects by their words.
    pub(crate) fn by(world: &World, subjects: &[(&'static str, Subject)]) -> Following {
        let words: HashMap<&'static str, Subject> = subjects.iter().cloned().collect();
        Following::with(world, Identities::Words(words), Pace::default())
    }

    pub(crate) fn with(world: &World, identities: Identities, pace: Pace) -> Following {
        Following::made(world, identities, |followers| followers.at_pace(pace))
    }

    pub(crate) fn made(
        world: &World,
        identities: Identities,
        change: impl FnOnce(Followers) -> Followers,
    ) -> Following {
        let (shutdown, shutting_down) = watch::channel(false);
        let costs = Arc::new(Costs::per_minute(COST_PER_MINUTE));
        let followed = world.gateway.followed();
        let metrics = Metrics::new(Readings::new(Vec::new));
        let followers = Followers::new(shutting_down, Limits::default().verify_every);
        let followers = change(followers).counted_by(metrics.streams.clone());
        let feed = Feed::new(followed, Arc::new(identities), costs, followers);
        Following { router: routes(feed), metrics, shutdown }
    }

    /// Waits until the figures have this line.
    pub(crate) async fn is_told(&self, line: &str) {
        let told = async {
            while !self.metrics.text().lines().any(|it| it == line) {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(WITHIN, told)
            .await
            .unwrap_or_else(|_| panic!("{line}: {}", self.metrics.text()));
    }

    /// Asks; `headers` with their values.
    pub(crate) async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Response {
        let mut request = Request::builder().uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
    }

    /// A page with the address of the next one.
    pub(crate) async fn page(&self, path: &str) -> (Vec<Value>, String) {
        let response = self.get(path, &[("accept", BATCH)]).await;
        assert_eq!(response.status(), 200, "{path}");
        let link = response.headers()["link"].to_str().unwrap();
        let next = link.strip_prefix('<').unwrap().strip_suffix(">; rel=\"next\"").unwrap().to_owned();
        (serde_json::from_str(&text(response).await).unwrap(), next)
    }

    /// A stream that must begin.
    pub(crate) async fn stream(&self, path: &str, headers: &[(&str, &str)]) -> Messages {
        let headers: Vec<_> = [("accept", EVENT_STREAM)].iter().chain(headers).copied().collect();
        let response = self.get(path, &headers).await;
        assert_eq!(response.status(), 200, "{path}");
        assert_eq!(response.headers()["content-type"], EVENT_STREAM);
        Messages { body: response.into_body().into_data_stream(), text: String::new() }
    }
}

impl Messages {
    /// The next message; none at the end.
    pub(crate) async fn next(&mut self) -> Option<Message> {
        loop {
            if let Some((message, rest)) = self.text.split_once("\n\n") {
                let message = Message::read(message);
                self.text = rest.to_owned();
                return Some(message);
            }
            let piece = tokio::time::timeout(WITHIN, self.body.next()).await.expect("in time");
            let Some(piece) = piece else {
                assert_eq!(self.text, "", "a message is whole");
                return None;
            };
            self.text.push_str(std::str::from_utf8(&piece.unwrap()).unwrap());
        }
    }

    /// The next message that is no heartbeat.
    pub(crate) async fn event(&mut self) -> Message {
        self.until(|message| message.event != "heartbeat").await
    }

    /// The next message that is wanted.
    pub(crate) async fn until(&mut self, is_wanted: impl Fn(&Message) -> bool) -> Message {
        let wanted = async {
            loop {
                let message = self.next().await.expect("the stream goes on");
                if is_wanted(&message) {
                    return message;
                }
            }
        };
        tokio::time::timeout(WITHIN, wanted).await.expect("in time")
    }
}

impl Message {
    fn read(text: &str) -> Message {
        let mut message = Message::default();
        for line in text.lines() {
            match line.split_once(": ").expect("a field") {
                ("event", name) => message.event = name.to_owned(),
                ("id", position) => message.id = Some(position.parse().unwrap()),
                ("data", data) => message.data = data.to_owned(),
                ("retry", milliseconds) => assert_eq!(milliseconds, "3000"),
                other => panic!("{other:?}"),
            }
        }
        message
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.data).unwrap_or_else(|_| panic!("{self:?}"))
    }
}

/// All of an answer.
pub(crate) async fn text(response: Response) -> String {
    let mut body = response.into_body().into_data_stream();
    let mut bytes = Vec::new();
    while let Some(piece) = tokio::time::timeout(WITHIN, body.next()).await.expect("in time") {
        bytes.extend_from_slice(&piece.unwrap());
    }
    // As compressors do.
    assert!(body.next().await.is_none(), "what has ended may be asked once more");
    String::from_utf8(bytes).unwrap()
}

/// The code of a refusal.
pub(crate) async fn code(response: Response) -> String {
    let json: Value = serde_json::from_str(&text(response).await).unwrap();
    json["errors"][0]["extensions"]["code"].as_str().unwrap_or_else(|| panic!("{json}")).to_owned()
}
