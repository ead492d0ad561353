//! How far somebody's rights reach, for lists without a region and for requests without a purpose.

use super::{Access, Action, BreakGlass, Grants, Purpose, Resource, decide_access};
use crate::Region;

/// The regions as a whole in which an action is allowed, none of them within another; empty where it is allowed nowhere. A person for
/// whom the glass was broken is in none of them.
pub fn reach(grants: &Grants, action: Action, purpose: Purpose) -> Vec<Region> {
    let of_roles = grants.roles().flat_map(|role| [Some(role.reads()), role.writes()]).flatten();
    let of_glass = grants.broken_glass().filter_map(|glass| match glass {
        BreakGlass::Region(region) => Some(*region),
        BreakGlass::Person(_) => None,
    });
    let mut allowed: Vec<Region> = of_roles
        .chain(of_glass)
        .filter(|region| {
            let access = decide_access(grants, action, Resource::Region(*region), purpose);
            matches!(access, Access::Allow(_))
        })
        .collect();
    allowed.sort_unstable();
    allowed.dedup();
    let all = allowed.clone();
    allowed.retain(|region| !all.iter().any(|other| other != region && other.covers(*region)));
    allowed
}

/// The purpose of a request that states none: the first of the list for which the action is allowed, or else the first there is, for
/// which it is denied. None where the purpose must be stated.
pub fn usual_purpose(grants: &Grants, action: Action, resource: Resource) -> Option<Purpose> {
    if action.must_be_justified() {
        return None;
    }
    Purpose::ALL.iter().copied().max_by_key(|purpose| {
        (decide_access(grants, action, resource, *purpose), std::cmp::Reverse(*purpose))
    })
}
