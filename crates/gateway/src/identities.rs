//! Who may come in. The one place where a request gets its subject.

use std::sync::Arc;

use axum::http::HeaderMap;
use sigeyi_domain::{
    Identifier,
    access::{Action, Grants, Purpose, Resource, Role, RoleGrant, decide_access},
    divisions,
};
use sigeyi_identity::{KeySourceError, Verifier};

use crate::{
    register::Register,
    subject::{Subject, Unauthenticated},
    tokens::{Token, Tokens},
};

/// Who is behind the name of everybody.
const LOCAL: &str = "local";
/// Roles of everybody on this machine: all that can be recorded, imported and looked into, masked.
const LOCAL_ROLES: [Role; 3] = [Role::Manager, Role::Auditor, Role::Importer];

/// Whom a server lets in.
#[derive(Debug, Clone)]
pub enum Visitors {
    /// Everybody on this machine, without asking who it is. Nobody else can connect.
    ThisMachine,
    /// Whoever has a bearer token that is believed.
    WithToken(Arc<Verifier>),
}

/// How requests get their subjects.
#[derive(Debug, Clone)]
pub(crate) enum Identities {
    /// There is no identity: everybody on this machine is the same one, with rights over the whole.
    Everybody,
    /// By the bearer token in `Authorization`.
    Tokens(Tokens),
    /// By the word in `Authorization`.
    #[cfg(test)]
    Words(std::collections::HashMap<&'static str, Subject>),
}

/// Somebody who has come in.
#[derive(Debug)]
pub(crate) struct Visitor {
    /// Who asks.
    pub(crate) subject: Subject,
    /// With which token, where tokens are asked for.
    pub(crate) token: Option<Token>,
}

/// Why somebody is not shown how the service runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoMetrics {
    /// Nobody who may come in.
    Unauthenticated,
    /// Somebody without the right.
    Forbidden,
}

impl Identities {
    /// Those of a server; tokens by the machine's clock.
    pub(crate) fn of(visitors: &Visitors) -> Identities {
        match visitors {
            Visitors::ThisMachine => Identities::Everybody,
            Visitors::WithToken(verifier) => Identities::Tokens(Tokens::new(verifier.clone())),
        }
    }

    /// The same, whose tokens give no more than a register grants. Whoever needs no token is not limited.
    pub(crate) fn limited_by(self, register: Register) -> Identities {
        match self {
            Identities::Tokens(tokens) => Identities::Tokens(tokens.limited_by(register)),
            other => other,
        }
    }

    /// Whether nobody proves who it is, so that only this machine may be heard.
    pub(crate) fn are_of_this_machine(&self) -> bool {
        matches!(self, Identities::Everybody)
    }

    /// From the headers of a request, or from the payload of a WebSocket's `connection_init`, given as headers.
    pub(crate) async fn visitor(&self, headers: &HeaderMap) -> Result<Visitor, Unauthenticated> {
        match self {
            Identities::Everybody => local().map(|subject| Visitor { subject, token: None }),
            Identities::Tokens(tokens) => {
                let (subject, token) = tokens.subject_of(headers).await?;
                Ok(Visitor { subject, token: Some(token) })
            }
            #[cfg(test)]
            Identities::Words(subjects) => {
                let word = headers.get("authorization").and_then(|word| word.to_str().ok());
                let subject = word.and_then(|word| subjects.get(word)).cloned().ok_or(Unauthenticated)?;
                Ok(Visitor { subject, token: None })
            }
        }
    }

    /// Who asks in a request that is over once it is answered.
    pub(crate) async fn subject_of(&self, headers: &HeaderMap) -> Result<Subject, Unauthenticated> {
        self.visitor(headers).await.map(|visitor| visitor.subject)
    }

    /// Whether somebody may be shown how the service runs. Without identity everybody may.
    pub(crate) async fn may_read_metrics(&self, headers: &HeaderMap) -> Result<(), NoMetrics> {
        if self.are_of_this_machine() {
            return Ok(());
        }
        let subject = self.subject_of(headers).await.map_err(|_| NoMetrics::Unauthenticated)?;
        let access =
            decide_access(&subject.grants, Action::ReadMetrics, Resource::WholeLog, Purpose::Operation);
        access.allowed().map(|_| ()).map_err(|_| NoMetrics::Forbidden)
    }

    /// Gets what is needed to know somebody: before the first request, since nobody could come in without.
    pub(crate) async fn load_keys(&self) -> Result<(), KeySourceError> {
        match self {
            Identities::Tokens(tokens) => tokens.load_keys().await,
            _ => Ok(()),
        }
    }

    /// Never ends: keeps that up to date.
    pub(crate) async fn keep_keys_fresh(&self) {
        match self {
            Identities::Tokens(tokens) => tokens.keep_keys_fresh().await,
            _ => std::future::pending().await,
        }
    }
}

/// Everybody on this machine.
pub(crate) fn local() -> Result<Subject, Unauthenticated> {
    let local = Identifier::parse(LOCAL).map_err(|_| Unauthenticated)?;
    let whole = divisions().whole();
    let roles = LOCAL_ROLES.iter().filter_map(|role| {
        let writes = role.writes().then_some(whole);
        RoleGrant::new(*role, whole, writes).ok()
    });
    Ok(Subject { actor: local.clone(), office: local, grants: Grants::of(roles), is_known: false })
}
