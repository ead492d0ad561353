//! What somebody has been granted.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::{Resource, Role};
use crate::Region;

/// Everything that one subject has been granted. Without any, nothing is allowed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Grants {
    roles: BTreeSet<RoleGrant>,
    pseudonymous_stream: bool,
    broken_glass: BTreeSet<BreakGlass>,
}

/// A role in a region: each region stands for itself and all below it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RoleGrant {
    role: Role,
    reads: Region,
    writes: Option<Region>,
}

/// Somebody or some region outside one's own that may be looked at for a while.
///
/// The while is not in it: whoever hands it in has seen that it has been granted and is not over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BreakGlass {
    /// Everybody in a division and all below it.
    Region(Region),
    /// One person, wherever the register has the person.
    Person(Uuid),
}

/// Regions that do not go together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum GrantError {
    /// What is written is read too.
    #[error("the region to write lies outside the region to read")]
    WritesOutsideReading,
}

impl RoleGrant {
    /// A role that reads one region and writes another within it, or none.
    pub fn new(role: Role, reads: Region, writes: Option<Region>) -> Result<RoleGrant, GrantError> {
        match writes {
            Some(writes) if !reads.covers(writes) => Err(GrantError::WritesOutsideReading),
            _ => Ok(RoleGrant { role, reads, writes }),
        }
    }

    /// The role.
    pub fn role(&self) -> Role {
        self.role
    }

    /// Where it reads.
    pub fn reads(&self) -> Region {
        self.reads
    }

    /// Where it writes.
    pub fn writes(&self) -> Option<Region> {
        self.writes
    }
}

impl RoleGrant {
    /// What two grants of one role have in common; none where they are of two, or of regions apart.
    fn common_part(&self, other: &RoleGrant) -> Option<RoleGrant> {
        if self.role != other.role {
            return None;
        }
        let reads = common_region(self.reads, other.reads)?;
        let writes = self.writes.zip(other.writes).and_then(|(one, other)| common_region(one, other));
        RoleGrant::new(self.role, reads, writes).ok()
    }
}

/// Of two divisions one lies within the other, or they have nothing in common.
fn common_region(one: Region, other: Region) -> Option<Region> {
    if one.covers(other) { Some(other) } else { other.covers(one).then_some(one) }
}

impl BreakGlass {
    /// Whether the resource may be looked at through it.
    pub(super) fn shows(self, resource: Resource) -> bool {
        match (self, resource) {
            (BreakGlass::Person(seen), Resource::Person { id, .. }) => seen == id,
            (BreakGlass::Region(region), Resource::Person { .. } | Resource::Region(_)) => {
                resource.is_within(region)
            }
            (BreakGlass::Person(_), Resource::Region(_)) | (_, Resource::WholeLog) => false,
        }
    }
}

impl Grants {
    /// Roles and nothing else.
    pub fn of(roles: impl IntoIterator<Item = RoleGrant>) -> Grants {
        Grants { roles: roles.into_iter().collect(), ..Grants::default() }
    }

    /// The same with a role more.
    #[must_use]
    pub fn with_role(mut self, role: RoleGrant) -> Grants {
        self.roles.insert(role);
        self
    }

    /// The same with the pseudonymous stream: to be given apart from the role, since events are personal data under pseudonyms too.
    #[must_use]
    pub fn with_pseudonymous_stream(mut self) -> Grants {
        self.pseudonymous_stream = true;
        self
    }

    /// The same with somebody or some region to be looked at for a while.
    #[must_use]
    pub fn with_broken_glass(mut self, glass: BreakGlass) -> Grants {
        self.broken_glass.insert(glass);
        self
    }

    /// As much of it as a register grants too: of each role the part of its regions that both have. The stream stays with an analyst who is one in
    /// both, and so does what may be looked at for a while, which is no right of anybody without a role.
    #[must_use]
    pub fn limited_to(&self, registered: &[RoleGrant]) -> Grants {
        let common =
            self.roles.iter().flat_map(|role| registered.iter().filter_map(|other| role.common_part(other)));
        Grants { roles: common.collect(), ..self.clone() }
    }

    /// The roles, in a fixed order.
    pub fn roles(&self) -> impl Iterator<Item = &RoleGrant> {
        self.roles.iter()
    }

    /// Whether analysts among the roles may read the stream.
    pub fn has_pseudonymous_stream(&self) -> bool {
        self.pseudonymous_stream
    }

    /// What may be looked at for a while.
    pub fn broken_glass(&self) -> impl Iterator<Item = &BreakGlass> {
        self.broken_glass.iter()
    }
}
