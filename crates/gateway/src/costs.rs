//! What requests cost, and from which budget they are paid: each actor has one, whichever way the requests come.
//!
//! The unit is that of the complexity of documents: a field, as often as the page sizes around it say. One takes about a microsecond.

use std::time::Duration;

use async_graphql::{ServerError, parser::types::OperationType};

use crate::{
    budget::{Budget, Rate},
    codes::Code,
    documents::Prepared,
    subject::Subject,
};

/// Units that an actor is given back a minute, unless the operator says otherwise: a million a second, about what one processor answers. It
/// stops a client that has lost its head, and no front end with thousands of users behind one token.
pub const COST_PER_MINUTE: u64 = 60_000_000;
/// The same where nobody proves who it is, and all are one actor on one machine: more than it can answer.
pub const COST_PER_MINUTE_OF_ALL: u64 = 60 * COST_PER_MINUTE;
/// The least that may be given back a minute: ten requests for next to nothing are then had at once.
pub const COST_PER_MINUTE_MIN: u64 = 600;
/// The most that may be given back a minute: a unit each nanosecond.
pub const COST_PER_MINUTE_MAX: u64 = 60_000_000_000;

/// What is given back in so long a time can be had at once.
const BURST: Duration = Duration::from_secs(10);
/// Of every request, whatever becomes of it: its token and its text are looked at.
const REQUEST: u64 = 10;
/// Of a mutation, beside its fields: it is decided, sealed, hashed and synced.
const MUTATION: u64 = 20;
/// Of an import that begins: it takes one of few places.
const IMPORT: u64 = 1_000;
/// Bytes of an import that cost a unit. A row has some 300.
const IMPORTED_BYTES: u64 = 100;

/// Of an event that is read from the log for whoever takes many: it is found, parsed, put into words and written down.
const EVENT: u64 = 3;

/// What everybody has left.
pub(crate) struct Costs {
    budget: Budget,
}

/// Somebody asks for more than is given back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this user asks for more than is given back in the time: wait, and ask for less")]
pub(crate) struct RateLimited {
    /// When the same can be asked for.
    pub(crate) again_after: Duration,
}

impl Costs {
    /// So many units a minute for each actor.
    pub(crate) fn per_minute(units: u64) -> Costs {
        Costs { budget: Budget::new(rate(units)) }
    }

    /// Of a request that has come, before anything else is done for it.
    pub(crate) fn arrive(&self, subject: &Subject) -> Result<(), RateLimited> {
        self.budget.take(&subject.actor, REQUEST).map_err(|again_after| RateLimited { again_after })
    }

    /// Of an operation that is about to run.
    pub(crate) fn run(&self, subject: &Subject, prepared: &Prepared) -> Result<(), RateLimited> {
        let complexity = u64::try_from(prepared.complexity).unwrap_or(u64::MAX);
        let of_its_kind = match prepared.kind {
            OperationType::Mutation => MUTATION,
            OperationType::Query | OperationType::Subscription => 0,
        };
        self.take(subject, complexity.saturating_add(of_its_kind))
    }

    /// Of an import that begins.
    pub(crate) fn import(&self, subject: &Subject) -> Result<(), RateLimited> {
        self.take(subject, IMPORT)
    }

    /// Of a piece of an import. What has begun is not broken off, but goes no faster than it is paid for.
    pub(crate) async fn import_piece(&self, subject: &Subject, bytes: usize) {
        let units = u64::try_from(bytes).unwrap_or(u64::MAX).div_ceil(IMPORTED_BYTES);
        self.go_on(subject, units).await;
    }

    /// Of events that were read. The same: whoever takes them goes no faster than it is paid for.
    pub(crate) async fn events(&self, subject: &Subject, count: u64) {
        if count > 0 {
            self.go_on(subject, count.saturating_mul(EVENT)).await;
        }
    }

    async fn go_on(&self, subject: &Subject, units: u64) {
        while let Err(again_after) = self.budget.take(&subject.actor, units) {
            tokio::time::sleep(again_after).await;
        }
    }

    fn take(&self, subject: &Subject, units: u64) -> Result<(), RateLimited> {
        self.budget.take(&subject.actor, units).map_err(|again_after| {
            // Whoever comes again pays for coming, too.
            let with_request = self.budget.wait(&subject.actor, units.saturating_add(REQUEST));
            RateLimited { again_after: again_after.max(with_request) }
        })
    }
}

impl RateLimited {
    /// As GraphQL tells it.
    pub(crate) fn error(self) -> ServerError {
        let mut error = Code::RateLimited.error(self.to_string());
        error.extensions.get_or_insert_default().set("retryAfterMs", self.milliseconds());
        error
    }

    /// When to come again: never too early.
    pub(crate) fn milliseconds(self) -> u64 {
        u64::try_from(self.again_after.as_nanos().div_ceil(1_000_000)).unwrap_or(u64::MAX)
    }

    /// The same, as `Retry-After` has it.
    pub(crate) fn seconds(self) -> u64 {
        self.milliseconds().div_ceil(1_000)
    }
}

impl From<RateLimited> for Vec<ServerError> {
    fn from(limited: RateLimited) -> Vec<ServerError> {
        vec![limited.error()]
    }
}

fn rate(per_minute: u64) -> Rate {
    const MINUTE: Duration = Duration::from_secs(60);
    let burst = per_minute.saturating_mul(BURST.as_secs()) / MINUTE.as_secs();
    Rate { burst, units: per_minute, per: MINUTE }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;
    use uuid::Uuid;

    use super::*;
    use crate::tests::world::{World, everybody};

    /// In a moment that does not pass.
    fn in_one_moment(per_minute: u64) -> Costs {
        Costs { budget: Budget::with_clock(rate(per_minute), Arc::new(|| Duration::ZERO)) }
    }

    /// What the marks of the gateway send.
    const COMMAND: &str = "mutation($input: LeaveRegisterInput!) { leaveRegister(input: $input) { ... on Recorded { position } ... on Rejected { code } } }";

    fn command(world: &World) -> Prepared {
        let input = json!({ "commandId": Uuid::nil(), "personId": "p", "reason": "DIED" });
        world.prepare(COMMAND, json!({ "input": input })).unwrap()
    }

    #[test]
    fn the_default_lets_one_client_send_as_many_commands_as_the_machine_takes() {
        const MEASURED_PER_SECOND: u64 = 19_000;
        let (costs, somebody) = (in_one_moment(COST_PER_MINUTE), everybody());
        let command = command(&World::of(0));
        let each = REQUEST + MUTATION + u64::try_from(command.complexity).unwrap();
        assert!(MEASURED_PER_SECOND * each <= COST_PER_MINUTE / 60, "{each}");
        // Some seconds of it are had at once, too.
        for _ in 0..10 * MEASURED_PER_SECOND {
            costs.arrive(&somebody).unwrap();
            costs.run(&somebody, &command).unwrap();
        }
    }

    /// 10,000 a second and 100,000 at once.
    #[tokio::test]
    async fn whoever_takes_many_events_goes_no_faster_than_they_are_paid_for() {
        let (costs, somebody) = (Costs::per_minute(600_000), everybody());
        let began = std::time::Instant::now();
        costs.events(&somebody, 102_000 / EVENT).await;
        costs.events(&somebody, 1).await;
        assert!(began.elapsed() >= Duration::from_millis(200), "{:?}", began.elapsed());
    }

    #[test]
    fn a_command_costs_more_than_its_fields() {
        let (costs, somebody) = (in_one_moment(600), everybody());
        let command = command(&World::of(0));
        costs.run(&somebody, &command).unwrap();
        let left = 100 - MUTATION - u64::try_from(command.complexity).unwrap();
        assert!(command.complexity > 0 && left > 50, "{left}");
        for _ in 0..left / REQUEST {
            costs.arrive(&somebody).unwrap();
        }
        assert!(costs.arrive(&somebody).is_err());
    }

    /// 10 a second and 100 at once.
    #[test]
    fn what_is_asked_decides_what_it_costs_and_when_it_may_be_asked_again() {
        let (costs, world, somebody) = (in_one_moment(600), World::of(0), everybody());
        let page = |first: i32| {
            let query = "query($first: Int!) { people(first: $first) { nodes { id } } }";
            world.prepare(query, json!({ "first": first })).unwrap()
        };
        assert_eq!(page(20).complexity, 45);
        costs.arrive(&somebody).unwrap();
        costs.run(&somebody, &page(20)).unwrap();
        costs.arrive(&somebody).unwrap();
        // 35 are left. Whoever comes again pays 10 for coming, too, and half a burst lets anything run.
        let again_after = Duration::from_millis(1_500);
        assert_eq!(costs.run(&somebody, &page(20)), Err(RateLimited { again_after }));
        costs.run(&somebody, &page(10)).unwrap();
        assert_eq!(costs.import(&somebody), Err(RateLimited { again_after: Duration::from_secs(4) }));
        costs.arrive(&somebody).unwrap();
        assert_eq!(costs.arrive(&somebody), Err(RateLimited { again_after: Duration::from_secs(1) }));
    }
}
