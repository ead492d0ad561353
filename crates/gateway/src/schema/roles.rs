//! The register of roles: who has which right, who asked for it and who approved, and changes of it.

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, InputObject, Object, Result, SimpleObject};
use sigeyi_domain::{
    self as domain, Day, Identifier,
    access::{Action, Denial, Mark, RegisterEntry, Role, RoleChange, RoleGrant, RoleRejection, RoleState},
};
use sigeyi_engine::{CommandError, RoleRight, RoleSubmission};
use uuid::Uuid;

use super::{
    codes::{Code, Codes},
    errors::{fault, forbidden},
    mutation::{CommandResult, canonical, rejected, settled},
    parse,
    people::{page_size, unknown_region},
    reading::reading_from,
    refusal::Refusal,
    region::{self, Region},
    scalars::{Date, DateTime, Position},
    service::Service,
};
use crate::{register::RightsFrom, scope::Scope, subject::Subject};

/// A page of the register, in the order in which roles were asked for. 角色登记列表
#[derive(SimpleObject)]
pub(crate) struct RoleRegisterConnection {
    /// As known here.
    position: Position,
    /// The roles.
    nodes: Vec<RegisteredRole>,
    /// How the list goes on.
    page_info: RoleRegisterPageInfo,
}

/// How a list of roles goes on.
#[derive(SimpleObject)]
pub(crate) struct RoleRegisterPageInfo {
    /// Whether others follow.
    has_next_page: bool,
    /// The position of the last one: give it as `after`.
    end_cursor: Option<Position>,
}

/// What became of a role that was asked for. 状态
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "RoleStatus")]
pub(crate) enum Status {
    /// Nobody has decided. 待审批
    Waiting,
    /// It holds. 有效
    Granted,
    /// Its last day is over. 已到期
    Over,
    /// It was refused, or taken back. 未批准
    Declined,
    /// It was withdrawn. 已收回
    Withdrawn,
}

/// Somebody's hand in a role. 经手
#[derive(SimpleObject)]
pub(crate) struct RoleMark {
    /// Where it was recorded. 位置
    position: Position,
    /// When. 时间
    at: DateTime,
    /// Who. 经手人
    by: String,
}

#[derive(Clone)]
pub(crate) struct RegisteredRole {
    pub(super) entry: RegisterEntry,
    pub(super) today: Day,
}

/// A role of somebody, from the request to its end. Where the server goes by the register, nobody has more than what holds here. 角色登记
#[Object]
impl RegisteredRole {
    /// Whose: the id that tokens have as `sub`. 用户
    async fn actor(&self) -> &str {
        self.entry.subject.as_str()
    }

    /// Which. 角色
    async fn role(&self) -> Code<Role> {
        Code(self.entry.role.role())
    }

    /// The Chinese term. 名称
    async fn label(&self) -> &'static str {
        Codes::label(self.entry.role.role())
    }

    /// Where it reads. 可查看地区
    async fn reads(&self) -> Region {
        Region(self.entry.role.reads())
    }

    /// Where it records; none for a role that does not. 可办理地区
    async fn writes(&self) -> Option<Region> {
        self.entry.role.writes().map(Region)
    }

    /// Its last day, if there is one. 截止日期
    async fn until(&self) -> Option<Date> {
        self.entry.until.map(Date)
    }

    /// What became of it. 状态
    async fn status(&self) -> Status {
        match self.entry.state {
            RoleState::Waiting => Status::Waiting,
            RoleState::Granted(_) if self.entry.holds_on(self.today) => Status::Granted,
            RoleState::Granted(_) => Status::Over,
            RoleState::Declined(_) => Status::Declined,
            RoleState::Withdrawn { .. } => Status::Withdrawn,
        }
    }

    /// Who asked for it; nobody for the first managers. Its position is the `request` that is decided on. 申请
    async fn asked(&self) -> Option<RoleMark> {
        self.entry.asked.as_ref().map(RoleMark::of)
    }

    /// Who granted it. Its position is the `grant` that is withdrawn. 批准
    async fn granted(&self) -> Option<RoleMark> {
        self.entry.granted().map(RoleMark::of)
    }

    /// Who refused it or took it back. 未批准
    async fn declined(&self) -> Option<RoleMark> {
        match &self.entry.state {
            RoleState::Declined(declined) => Some(RoleMark::of(declined)),
            _ => None,
        }
    }

    /// Who withdrew it. 收回
    async fn withdrawn(&self) -> Option<RoleMark> {
        match &self.entry.state {
            RoleState::Withdrawn { withdrawn, .. } => Some(RoleMark::of(withdrawn)),
            _ => None,
        }
    }
}

/// Somebody is to have a role; somebody else approves it. 申请角色
#[derive(InputObject)]
pub(crate) struct RequestRoleInput {
    /// The sender's id for this command: the same id sent again records nothing again, and gives the first answer.
    command_id: Uuid,
    /// Whose: the id that tokens have as `sub`. 用户
    actor: ID,
    /// Which. 角色
    role: Code<Role>,
    /// Code of the region that it reads. 可查看地区
    reads: ID,
    /// Code of the region within it in which it records; left out for a role that does not. 可办理地区
    writes: Option<ID>,
    /// Its last day, if there is one. 截止日期
    until: Option<Date>,
}

/// A role that was asked for is granted or refused. 审批角色
#[derive(InputObject)]
pub(crate) struct DecideRoleInput {
    /// The sender's id for this command: the same id sent again records nothing again, and gives the first answer.
    command_id: Uuid,
    /// Position of the request, as `roleRegister` and `approvals` give it. 申请
    request: Position,
}

/// A role ends at once. 收回角色
#[derive(InputObject)]
pub(crate) struct WithdrawRoleInput {
    /// The sender's id for this command: the same id sent again records nothing again, and gives the first answer.
    command_id: Uuid,
    /// Position of the grant, as `roleRegister` gives it. 授予
    grant: Position,
}

impl RoleMark {
    fn of(Mark { position, at, by }: &Mark) -> RoleMark {
        RoleMark {
            position: Position(sigeyi_engine::Position(position.0)),
            at: DateTime { micros: *at },
            by: by.to_string(),
        }
    }
}

/// The roles of one actor or of everybody, as far as whoever asks answers for their regions or audits them; and one's own.
pub(crate) async fn register(
    ctx: &Context<'_>,
    actor: Option<ID>,
    region: Option<ID>,
    first: i32,
    after: Option<Position>,
) -> Result<RoleRegisterConnection> {
    let first = page_size(first)?;
    let region = region.map(|code| region::find(&code).ok_or_else(unknown_region)).transpose()?;
    let actor = actor.as_deref().map(|id| Identifier::parse(id)).transpose();
    let actor = actor.map_err(|error| fault("BAD_IDENTIFIER", error.to_string()))?;
    let reading = reading_from(ctx, None).await?;
    let scope = Scope::of(ctx)?;
    let own = &scope.subject().actor;
    let reach = scope.reach(Action::ReadAccessByUser);
    if reach.is_empty() && actor.as_ref() != Some(own) {
        return Err(forbidden(Denial::NotPermitted));
    }
    let after = domain::Position(after.map_or(0, |after| after.0.0));
    let register = reading.roles();
    let wanted = |entry: &&RegisterEntry| {
        let reads = entry.role.reads();
        entry.begun() > after
            && actor.as_ref().is_none_or(|actor| entry.subject == *actor)
            && region.as_ref().is_none_or(|region| region.0.covers(reads))
            && (entry.subject == *own || reach.iter().any(|region| region.covers(reads)))
    };
    let mut found: Vec<&RegisterEntry> = register.entries().iter().filter(wanted).take(first + 1).collect();
    let has_next_page = found.len() > first;
    found.truncate(first);
    let end_cursor = found.last().map(|entry| Position(sigeyi_engine::Position(entry.begun().0)));
    let at = reading.at();
    let node = |entry: &RegisterEntry| RegisteredRole { entry: entry.clone(), today: at.today };
    Ok(RoleRegisterConnection {
        position: Position(at.position),
        nodes: found.into_iter().map(node).collect(),
        page_info: RoleRegisterPageInfo { has_next_page, end_cursor },
    })
}

/// Asks for a role.
pub(crate) async fn request(ctx: &Context<'_>, input: RequestRoleInput) -> Result<CommandResult> {
    let RequestRoleInput { command_id, .. } = input;
    let content = canonical(&async_graphql::InputType::to_value(&input));
    match asked_for(input) {
        Ok(change) => send(ctx, "requestRole", command_id, &content, change).await,
        Err(refusal) => Ok(rejected(refusal)),
    }
}

/// Grants what was asked for.
pub(crate) async fn approve(ctx: &Context<'_>, input: DecideRoleInput) -> Result<CommandResult> {
    let content = canonical(&async_graphql::InputType::to_value(&input));
    let change = RoleChange::Approve(recorded_at(input.request));
    send(ctx, "approveRole", input.command_id, &content, change).await
}

/// Refuses what was asked for, or takes it back.
pub(crate) async fn decline(ctx: &Context<'_>, input: DecideRoleInput) -> Result<CommandResult> {
    let content = canonical(&async_graphql::InputType::to_value(&input));
    let change = RoleChange::Decline(recorded_at(input.request));
    send(ctx, "declineRole", input.command_id, &content, change).await
}

/// Ends what was granted.
pub(crate) async fn withdraw(ctx: &Context<'_>, input: WithdrawRoleInput) -> Result<CommandResult> {
    let content = canonical(&async_graphql::InputType::to_value(&input));
    let change = RoleChange::Withdraw(recorded_at(input.grant));
    send(ctx, "withdrawRole", input.command_id, &content, change).await
}

fn recorded_at(position: Position) -> domain::Position {
    domain::Position(position.0.0)
}

fn asked_for(input: RequestRoleInput) -> Result<RoleChange, Refusal> {
    let subject = parse::id("actor", &input.actor)?;
    let region = |field, code: &ID| {
        region::find(code).map(|region| region.0).ok_or_else(|| Refusal {
            code: "UNKNOWN_REGION",
            message: "no region has this code: `regions` lists them".to_owned(),
            field: Some(field),
        })
    };
    let reads = region("reads", &input.reads)?;
    let writes = input.writes.as_ref().map(|code| region("writes", code)).transpose()?;
    let role = RoleGrant::new(input.role.0, reads, writes).map_err(|error| Refusal {
        code: "WRITES_OUTSIDE_READING",
        message: error.to_string(),
        field: Some("writes"),
    })?;
    Ok(RoleChange::Request { subject, role, until: input.until.map(|day| day.0) })
}

/// The rules stand in the domain; here it is said by which rights.
async fn send(
    ctx: &Context<'_>,
    name: &str,
    command_id: Uuid,
    content: &[u8],
    change: RoleChange,
) -> Result<CommandResult> {
    let service = ctx.data::<Arc<Service>>()?;
    let Subject { actor, office, grants, .. } = Scope::of(ctx)?.subject().clone();
    let by = match service.rights {
        RightsFrom::Token => RoleRight::Granted(grants),
        RightsFrom::TokenAndRegister => RoleRight::GrantedAndRegistered(grants),
    };
    let content = service.engine.digest(&[name.as_bytes(), content]);
    let submission = RoleSubmission { command_id, content, actor, office: office.into(), by, change };
    match settled(ctx, service.engine.change_roles_async(submission)).await {
        Err(CommandError::RoleRejected(RoleRejection::NotPermitted)) => Err(forbidden(Denial::OutsideRegion)),
        answer => super::mutation::answered(ctx, answer),
    }
}
