//! Who may come in. The one place where a request gets its subject.

use axum::http::HeaderMap;
use sigeyi_domain::{
    Identifier,
    access::{Action, Grants, Purpose, Resource, Role, RoleGrant, decide_access},
    divisions,
};

use crate::subject::{Subject, Unauthenticated};

/// Who is behind the name of everybody.
const LOCAL: &str = "local";
/// Roles of everybody on this machine: all that can be recorded, imported and looked into, masked.
const LOCAL_ROLES: [Role; 3] = [Role::Manager, Role::Auditor, Role::Importer];

/// How requests get their subjects.
#[derive(Debug, Clone)]
pub(crate) enum Identities {
    /// There is no identity: everybody on this machine is the same one, with rights over the whole.
    Everybody,
    /// By the word in `Authorization`.
    #[cfg(test)]
    Words(std::collections::HashMap<&'static str, Subject>),
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
    /// From the headers of a request, or from the payload of a WebSocket's `connection_init`, given as headers.
    #[cfg_attr(
        not(test),
        allow(unused_variables, reason = "nobody says who it is where everybody is the same")
    )]
    pub(crate) fn subject_of(&self, headers: &HeaderMap) -> Result<Subject, Unauthenticated> {
        match self {
            Identities::Everybody => local(),
            #[cfg(test)]
            Identities::Words(subjects) => {
                let word = headers.get("authorization").and_then(|word| word.to_str().ok());
                word.and_then(|word| subjects.get(word)).cloned().ok_or(Unauthenticated)
            }
        }
    }

    /// Whether somebody may be shown how the service runs. Without identity everybody may, as they could before.
    pub(crate) fn may_read_metrics(&self, headers: &HeaderMap) -> Result<(), NoMetrics> {
        if matches!(self, Identities::Everybody) {
            return Ok(());
        }
        let subject = self.subject_of(headers).map_err(|_| NoMetrics::Unauthenticated)?;
        let access =
            decide_access(&subject.grants, Action::ReadMetrics, Resource::WholeLog, Purpose::Operation);
        access.allowed().map(|_| ()).map_err(|_| NoMetrics::Forbidden)
    }
}

fn local() -> Result<Subject, Unauthenticated> {
    let local = Identifier::parse(LOCAL).map_err(|_| Unauthenticated)?;
    let whole = divisions().whole();
    let roles = LOCAL_ROLES.iter().filter_map(|role| {
        let writes = role.writes().then_some(whole);
        RoleGrant::new(*role, whole, writes).ok()
    });
    Ok(Subject { actor: local.clone(), office: local, grants: Grants::of(roles), is_known: false })
}
