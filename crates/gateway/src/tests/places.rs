//! How many streams somebody may have, on whichever way, and what the figures say of them.

use std::collections::HashMap;

use sigeyi_domain::{
    Identifier,
    access::{Grants, Role, RoleGrant},
    divisions,
};

use super::{
    following::{EVENT_STREAM, Following, code},
    world::World,
};
use crate::{
    ended::Ended,
    followers::{Followers, NoPlace},
    identities::Identities,
    metrics::StreamKind,
    request_id::RequestId,
    subject::Subject,
};

fn manager(actor: &str) -> Subject {
    let id = |text: &str| Identifier::parse(text).unwrap();
    let granted = RoleGrant::new(Role::Manager, divisions().whole(), None).unwrap();
    Subject { actor: id(actor), office: id("o"), grants: Grants::of([granted]), is_known: true }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_user_has_so_many_streams_and_no_more_until_one_of_them_ends() {
    let world = World::of(10);
    let subjects = HashMap::from([("a", manager("a")), ("b", manager("b"))]);
    let following = Following::made(&world, Identities::Words(subjects), |followers| followers.per_user(2));
    let of = |word: &'static str| [("authorization", word), ("accept", EVENT_STREAM)];
    let followed = following.get("/events", &of("a")).await;
    // A file counts too, until it has been read.
    let file = following.get("/events.ndjson", &of("a")).await;
    assert_eq!((followed.status().as_u16(), file.status().as_u16()), (200, 200));
    for path in ["/events", "/events.ndjson"] {
        let refused = following.get(path, &of("a")).await;
        assert_eq!(refused.status(), 429, "{path}");
        assert_eq!(refused.headers()["retry-after"], "10");
        assert_eq!(code(refused).await, "TOO_MANY_STREAMS");
    }
    assert_eq!(following.get("/events", &of("b")).await.status(), 200, "others have their own");
    following.is_told("sigeyi_streams_open{kind=\"sse\"} 1").await;
    following.is_told("sigeyi_streams_open{kind=\"ndjson\"} 1").await;
    super::following::text(file).await;
    following.is_told("sigeyi_streams_open{kind=\"ndjson\"} 0").await;
    assert_eq!(following.get("/events", &of("a")).await.status(), 200);
    drop(followed);
    following.is_told("sigeyi_streams_open{kind=\"sse\"} 0").await;
}

#[tokio::test]
async fn a_stream_that_was_cut_off_counts_for_its_user_as_long_as_its_connection_is_kept() {
    let (_up, shutting_down) = tokio::sync::watch::channel(false);
    let followers = Followers::new(shutting_down, std::time::Duration::from_secs(60)).per_user(1);
    let admit = || followers.admit(StreamKind::Sse, &manager("a"));
    let lingering = admit().unwrap().ends(&Ended::too_slow(), RequestId(uuid::Uuid::nil()));
    assert_eq!(admit().map(drop), Err(NoPlace::TooManyOfUser(1)));
    drop(lingering);
    assert_eq!(admit().map(drop), Ok(()));
}
