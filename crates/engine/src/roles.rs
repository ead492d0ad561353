//! Changes of the register of roles: they are recorded in the same log, by the same thread, and belong to nobody.

use std::sync::Arc;

use sigeyi_domain::{
    Identifier,
    access::{Grants, RoleChange, RoleRegister},
};
use uuid::Uuid;

use crate::{
    Engine, Reading,
    answer::{AsyncTicket, CommandError, Ticket},
    sequencer::{Queued, Task},
    submission::Office,
};

/// One change of the register with who sends it and how to recognise it.
#[derive(Debug, Clone)]
pub struct RoleSubmission {
    /// The caller's id for it. The same id with the same content gives the first answer again.
    pub command_id: Uuid,
    /// Keyed digest of the content, see [`Engine::digest`].
    pub content: [u8; 16],
    /// Who sends it.
    pub actor: Identifier,
    /// For which office.
    pub office: Office,
    /// By which right.
    pub by: RoleRight,
    /// What to change.
    pub change: RoleChange,
}

/// By which right somebody changes the register.
#[derive(Debug, Clone)]
pub enum RoleRight {
    /// By these, of which the caller has seen that they are the sender's.
    Granted(Grants),
    /// By as much of these as the register grants too when the change is decided, so that nobody changes anything by a right that was withdrawn
    /// meanwhile.
    GrantedAndRegistered(Grants),
    /// By what the register grants when the change is decided.
    Registered,
    /// By holding the directory.
    Operator,
}

impl Engine {
    /// Sends a change of the register of roles; refused when the queue is full.
    pub fn change_roles(&self, submission: RoleSubmission) -> Result<Ticket, CommandError> {
        let (caller, answer) = oneshot::channel();
        self.try_send(Queued { task: Task::Roles(submission), caller })?;
        Ok(Ticket { answer })
    }

    /// The same, whose answer is awaited.
    pub fn change_roles_async(&self, submission: RoleSubmission) -> Result<AsyncTicket, CommandError> {
        let (caller, answer) = oneshot::async_channel();
        self.try_send(Queued { task: Task::Roles(submission), caller })?;
        Ok(AsyncTicket { answer })
    }

    /// The register of roles, as every question sees it now.
    pub fn roles(&self) -> Arc<RoleRegister> {
        self.shared.folded.read().model.roles().clone()
    }
}

impl Reading {
    /// The register of roles, as it is now.
    pub fn roles(&self) -> Arc<RoleRegister> {
        let (folded, _) = self.look_at_newest();
        folded.model.roles().clone()
    }
}
