//! A register of roles with its first two managers, and what they decide.

use sigeyi_domain::{
    Day, Identifier, Position,
    access::{Role, RoleChange, RoleGrant},
    divisions,
};
use sigeyi_engine::{Engine, RoleRight, RoleSubmission};
use uuid::Uuid;

/// The first managers: `m-1` and `m-2`.
pub(crate) async fn bootstrap(engine: &Engine) {
    change(engine, "op", RoleRight::Operator, RoleChange::Bootstrap([id("m-1"), id("m-2")])).await;
}

/// One manager asks, the other approves; where it was granted.
pub(crate) async fn grant(
    engine: &Engine,
    actor: &str,
    role: Role,
    region: &str,
    until: Option<Day>,
) -> Position {
    let region = divisions().region(region.parse().unwrap()).unwrap();
    let role = RoleGrant::new(role, region, role.writes().then_some(region)).unwrap();
    let request = RoleChange::Request { subject: id(actor), role, until };
    let request = change(engine, "m-1", RoleRight::Registered, request).await;
    change(engine, "m-2", RoleRight::Registered, RoleChange::Approve(request)).await
}

/// One manager alone.
pub(crate) async fn withdraw(engine: &Engine, grant: Position) {
    change(engine, "m-1", RoleRight::Registered, RoleChange::Withdraw(grant)).await;
}

fn id(text: &str) -> Identifier {
    Identifier::parse(text).unwrap()
}

async fn change(engine: &Engine, actor: &str, by: RoleRight, change: RoleChange) -> Position {
    let submission = RoleSubmission {
        command_id: Uuid::new_v4(),
        content: [0; 16],
        actor: id(actor),
        office: id("local").into(),
        by,
        change,
    };
    let recorded = engine.change_roles_async(submission).unwrap().await.unwrap();
    Position(recorded.position.0)
}
