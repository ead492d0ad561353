//! Who asks, and what has been granted to whoever it is.

use sigeyi_domain::{
    Identifier,
    access::{BreakGlass, Grants, RoleGrant},
};

/// Who asks, for which office, and with which rights. Two who differ in anything of it are two, also for answers that are kept.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Subject {
    /// Who.
    pub(crate) actor: Identifier,
    /// For which office.
    pub(crate) office: Identifier,
    /// What has been granted. Without any, nothing is allowed.
    pub(crate) grants: Grants,
    /// Whether somebody has proven who it is. Nobody else is shown anything in clear, whatever the role, and there is nobody to write down.
    pub(crate) is_known: bool,
}

/// Nobody who may come in.
#[derive(Debug, thiserror::Error)]
#[error("no valid credentials")]
pub(crate) struct Unauthenticated;

impl Subject {
    /// The same with somebody or some region to be looked at for a while.
    pub(crate) fn with_broken_glass(mut self, glass: impl IntoIterator<Item = BreakGlass>) -> Subject {
        for one in glass {
            self.grants = self.grants.with_broken_glass(one);
        }
        self
    }

    /// Memory that it takes, about, in bytes.
    pub(crate) fn bytes(&self) -> usize {
        size_of::<Subject>()
            + self.actor.as_str().len()
            + self.office.as_str().len()
            + self.grants.roles().count() * size_of::<RoleGrant>()
            + self.grants.broken_glass().count() * size_of::<BreakGlass>()
    }
}
