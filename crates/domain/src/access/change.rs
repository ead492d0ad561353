//! Who may change the register of roles: one asks, another approves, nobody for himself or herself, and nobody gives what lies outside his or her
//! own region. To withdraw a role takes one alone.

use super::{
    Action, Grants, RegisterEntry, Resource, Role, RoleGrant, RoleRegister, decide_access, usual_purpose,
};
use crate::{Day, Event, Identifier, Position, divisions, event::*};

/// One change of the register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RoleChange {
    /// Somebody is to have a role.
    Request {
        /// Who.
        subject: Identifier,
        /// Which role, and where.
        role: RoleGrant,
        /// Its last day.
        until: Option<Day>,
    },
    /// What was asked for at this position is granted.
    Approve(Position),
    /// What was asked for at this position is refused, or taken back.
    Decline(Position),
    /// What was granted at this position ends.
    Withdraw(Position),
    /// The first two managers of the whole, who can then approve each other's requests.
    Bootstrap([Identifier; 2]),
}

/// By which right somebody changes it.
#[derive(Debug, Clone, Copy)]
pub enum Authority<'a> {
    /// By the roles that he or she has at this moment.
    Roles(&'a Grants),
    /// By holding the directory: may ask and withdraw, and approves nothing.
    Operator,
}

/// What a decision depends on besides the register and the change.
#[derive(Debug, Clone, Copy)]
pub struct RoleContext<'a> {
    /// Today in China.
    pub today: Day,
    /// Who changes it.
    pub actor: &'a Identifier,
    /// By which right.
    pub authority: Authority<'a>,
}

/// A refusal. Nothing was recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RoleRejection {
    /// No role that may, there.
    #[error("none of your roles may do this for the regions of this role")]
    NotPermitted,
    /// Who asked, or whose role it is, approves it.
    #[error("whoever asked for a role, or is to have it, cannot approve it: somebody else must")]
    SecondPersonNeeded,
    /// The request is not one that waits.
    #[error("this request does not wait any more: it was decided on or taken back")]
    RequestNotOpen,
    /// There is no such grant, or it was withdrawn.
    #[error("no role that somebody has was granted there")]
    GrantNotStanding,
    /// The last day lies in the past.
    #[error("{0} is over: give a last day that is not")]
    UntilOver(Day),
    /// A role that writes nothing, with a region to write.
    #[error("this role records nothing: leave the region to write out")]
    RoleWritesNothing,
    /// There are managers already.
    #[error("two people manage the whole already: they decide")]
    AlreadyBegun,
    /// One person twice.
    #[error("the first two managers must be two people")]
    TwoPeopleNeeded,
    /// More entries than the register takes.
    #[error("the register has {} entries, the most that it takes", RoleRegister::ENTRIES_MAX)]
    RegisterFull,
}

/// Decides. No events means that all of it is recorded already.
pub fn decide_role_change(
    register: &RoleRegister,
    change: &RoleChange,
    context: &RoleContext<'_>,
) -> Result<Vec<Event>, RoleRejection> {
    match change {
        RoleChange::Request { subject, role, until } => request(register, subject, *role, *until, context),
        RoleChange::Approve(request) => approve(register, *request, context),
        RoleChange::Decline(request) => decline(register, *request, context),
        RoleChange::Withdraw(grant) => withdraw(register, *grant, context),
        RoleChange::Bootstrap(managers) => bootstrap(register, managers, context),
    }
}

fn request(
    register: &RoleRegister,
    subject: &Identifier,
    role: RoleGrant,
    until: Option<Day>,
    context: &RoleContext<'_>,
) -> Result<Vec<Event>, RoleRejection> {
    if !context.is_operator() && !context.may(Action::RequestRoleChange, role) {
        return Err(RoleRejection::NotPermitted);
    }
    not_over(until, context)?;
    if role.writes().is_some() && !role.role().writes() {
        return Err(RoleRejection::RoleWritesNothing);
    }
    let is_same = |entry: &RegisterEntry| {
        (entry.role, entry.until) == (role, until)
            && (entry.holds_on(context.today) || entry.state == super::RoleState::Waiting)
    };
    if register.of(subject).any(is_same) {
        return Ok(Vec::new());
    }
    has_room(register, 1)?;
    let clear = RoleRequested {
        maker: context.actor.clone(),
        subject: subject.clone(),
        role: role.role(),
        reads: role.reads(),
        writes: role.writes(),
        until,
    };
    Ok(vec![Event::RoleRequested { clear, sealed: None }])
}

fn approve(
    register: &RoleRegister,
    request: Position,
    context: &RoleContext<'_>,
) -> Result<Vec<Event>, RoleRejection> {
    let entry = register.waiting(request).ok_or(RoleRejection::RequestNotOpen)?;
    if !context.may(Action::ApproveRoleChange, entry.role) {
        return Err(RoleRejection::NotPermitted);
    }
    let is_makers = entry.asked.as_ref().is_some_and(|asked| asked.by == *context.actor);
    if is_makers || entry.subject == *context.actor {
        return Err(RoleRejection::SecondPersonNeeded);
    }
    not_over(entry.until, context)?;
    Ok(vec![granted(&entry.subject, entry.role, entry.until, Some(request), context)])
}

/// Nobody gets anything by it, so whoever asked may take it back.
fn decline(
    register: &RoleRegister,
    request: Position,
    context: &RoleContext<'_>,
) -> Result<Vec<Event>, RoleRejection> {
    let entry = register.waiting(request).ok_or(RoleRejection::RequestNotOpen)?;
    let is_makers = entry.asked.as_ref().is_some_and(|asked| asked.by == *context.actor);
    if !is_makers && !context.is_operator() && !context.may(Action::ApproveRoleChange, entry.role) {
        return Err(RoleRejection::NotPermitted);
    }
    let clear = RoleDeclined { checker: context.actor.clone(), request };
    Ok(vec![Event::RoleDeclined { clear, sealed: None }])
}

/// One alone is enough, so that it can be done at once; whoever has a role may give it back.
fn withdraw(
    register: &RoleRegister,
    grant: Position,
    context: &RoleContext<'_>,
) -> Result<Vec<Event>, RoleRejection> {
    let entry = register.standing(grant).ok_or(RoleRejection::GrantNotStanding)?;
    let is_own = entry.subject == *context.actor;
    if !is_own && !context.is_operator() && !context.may(Action::RequestRoleChange, entry.role) {
        return Err(RoleRejection::NotPermitted);
    }
    let clear = RoleWithdrawn { maker: context.actor.clone(), grant };
    Ok(vec![Event::RoleWithdrawn { clear, sealed: None }])
}

/// Where fewer than two people manage the whole nobody could ever approve anything there.
fn bootstrap(
    register: &RoleRegister,
    managers: &[Identifier; 2],
    context: &RoleContext<'_>,
) -> Result<Vec<Event>, RoleRejection> {
    if !context.is_operator() {
        return Err(RoleRejection::NotPermitted);
    }
    if managers[0] == managers[1] {
        return Err(RoleRejection::TwoPeopleNeeded);
    }
    if register.managers_of_the_whole() >= 2 {
        return Err(RoleRejection::AlreadyBegun);
    }
    has_room(register, managers.len())?;
    let whole = divisions().whole();
    // What is written is what is read.
    let role = RoleGrant::new(Role::Manager, whole, Some(whole)).map_err(|_| RoleRejection::NotPermitted)?;
    Ok(managers.iter().map(|subject| granted(subject, role, None, None, context)).collect())
}

fn granted(
    subject: &Identifier,
    role: RoleGrant,
    until: Option<Day>,
    request: Option<Position>,
    context: &RoleContext<'_>,
) -> Event {
    let clear = RoleGranted {
        checker: context.actor.clone(),
        subject: subject.clone(),
        role: role.role(),
        reads: role.reads(),
        writes: role.writes(),
        until,
        request,
    };
    Event::RoleGranted { clear, sealed: None }
}

fn not_over(until: Option<Day>, context: &RoleContext<'_>) -> Result<(), RoleRejection> {
    match until {
        Some(until) if until < context.today => Err(RoleRejection::UntilOver(until)),
        _ => Ok(()),
    }
}

fn has_room(register: &RoleRegister, more: usize) -> Result<(), RoleRejection> {
    if register.entries().len() + more > RoleRegister::ENTRIES_MAX {
        return Err(RoleRejection::RegisterFull);
    }
    Ok(())
}

impl RoleContext<'_> {
    fn is_operator(&self) -> bool {
        matches!(self.authority, Authority::Operator)
    }

    /// Whether a role of whoever asks may do this for all regions of another: more than one's own is given to nobody.
    fn may(&self, action: Action, role: RoleGrant) -> bool {
        let Authority::Roles(grants) = self.authority else { return false };
        [Some(role.reads()), role.writes()].into_iter().flatten().map(Resource::Region).all(|region| {
            usual_purpose(grants, action, region)
                .is_some_and(|purpose| decide_access(grants, action, region, purpose).allowed().is_ok())
        })
    }
}

impl RoleRejection {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            RoleRejection::NotPermitted => "FORBIDDEN",
            RoleRejection::SecondPersonNeeded => "SECOND_PERSON_NEEDED",
            RoleRejection::RequestNotOpen => "REQUEST_NOT_OPEN",
            RoleRejection::GrantNotStanding => "GRANT_NOT_STANDING",
            RoleRejection::UntilOver(_) => "UNTIL_OVER",
            RoleRejection::RoleWritesNothing => "ROLE_WRITES_NOTHING",
            RoleRejection::AlreadyBegun => "REGISTER_ALREADY_BEGUN",
            RoleRejection::TwoPeopleNeeded => "TWO_PEOPLE_NEEDED",
            RoleRejection::RegisterFull => "REGISTER_FULL",
        }
    }

    /// Which input is at fault.
    pub fn field(&self) -> Option<&'static str> {
        match self {
            RoleRejection::RequestNotOpen => Some("request"),
            RoleRejection::GrantNotStanding => Some("grant"),
            RoleRejection::UntilOver(_) => Some("until"),
            RoleRejection::RoleWritesNothing => Some("writes"),
            RoleRejection::NotPermitted
            | RoleRejection::SecondPersonNeeded
            | RoleRejection::AlreadyBegun
            | RoleRejection::TwoPeopleNeeded
            | RoleRejection::RegisterFull => None,
        }
    }
}
