//! The decision.

use super::{
    Action, Grants, Purpose, Resource, RoleGrant,
    right::{Right, acts_for, right},
};

/// What is decided. Denials come before allowances, and less comes before more, so that the greatest of several is the decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Access {
    /// No, and what stood in the way.
    Deny(Denial),
    /// Yes, and how much is shown.
    Allow(Mask),
}

/// How much is shown, from less to more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mask {
    /// Nothing about people at all.
    NoPeople,
    /// Figures without the small ones.
    SuppressedFigures,
    /// Figures.
    Figures,
    /// Events under pseudonyms that are made for one reader, without what is sealed.
    Pseudonymous,
    /// People by their ids, with names and numbers hidden and without what is sealed.
    Masked,
    /// What was asked to be revealed.
    Clear,
}

/// What stood in the way, from the farthest to the nearest.
///
/// For logs, and for whoever knows that the resource exists: a caller who does not must not be able to tell a person outside the region
/// from nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, thiserror::Error)]
pub enum Denial {
    /// No role that may do this.
    #[error("none of the roles may do this")]
    NotPermitted,
    /// A role that may, for another purpose.
    #[error("none of the roles may do this for the stated purpose")]
    OtherPurpose,
    /// A role that may, without the grant that is needed beside it.
    #[error("the event stream needs a grant of its own")]
    StreamNotGranted,
    /// A role that may, elsewhere.
    #[error("it lies outside the regions of the roles that may do this")]
    OutsideRegion,
}

/// Whether the grants suffice. Each role is looked at by itself, so that one role's region never serves another role's right; the one
/// that allows most decides, and what none allows is denied.
pub fn decide_access(grants: &Grants, action: Action, resource: Resource, purpose: Purpose) -> Access {
    grants
        .roles()
        .map(|role| decide_for(role, grants, action, resource, purpose))
        .max()
        .unwrap_or(Access::Deny(Denial::NotPermitted))
}

fn decide_for(
    granted: &RoleGrant,
    grants: &Grants,
    action: Action,
    resource: Resource,
    purpose: Purpose,
) -> Access {
    let reads = resource.is_within(granted.reads());
    let (reaches, mask) = match right(action, granted.role()) {
        Right::Never => return Access::Deny(Denial::NotPermitted),
        _ if !acts_for(granted.role(), purpose) => return Access::Deny(Denial::OtherPurpose),
        Right::PseudonymousStream if !grants.has_pseudonymous_stream() => {
            return Access::Deny(Denial::StreamNotGranted);
        }
        Right::PseudonymousStream => (reads, Mask::Pseudonymous),
        Right::Reading(mask) => (reads, mask),
        Right::ReadingOrGlass(mask) => {
            (reads || grants.broken_glass().any(|glass| glass.shows(resource)), mask)
        }
        Right::Writing => (granted.writes().is_some_and(|writes| resource.is_within(writes)), Mask::Masked),
        Right::Anywhere => (true, Mask::Masked),
        Right::WholeLog => (reads && resource == Resource::WholeLog, Mask::NoPeople),
    };
    if reaches { Access::Allow(mask) } else { Access::Deny(Denial::OutsideRegion) }
}

impl Access {
    /// The mask, or what stood in the way.
    pub fn allowed(self) -> Result<Mask, Denial> {
        match self {
            Access::Allow(mask) => Ok(mask),
            Access::Deny(denial) => Err(denial),
        }
    }
}
