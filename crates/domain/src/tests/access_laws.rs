//! Laws of access, for any grants.

use proptest::{collection::vec, option, prelude::*, sample::select};
use uuid::Uuid;

use super::any::counties;
use crate::access::*;
use crate::*;

/// Of all levels, and few enough that they often lie in one another.
fn regions() -> impl Strategy<Value = Region> {
    let few = divisions().regions().filter(|region| {
        let code = region.division().code;
        code == 150_000 || (150_400..150_429).contains(&code) || code == 150_500 || code == 150_502
    });
    prop_oneof![
        3 => select(few.collect::<Vec<_>>()),
        1 => select(divisions().regions().collect::<Vec<_>>()),
    ]
}

fn ids() -> impl Strategy<Value = Uuid> {
    (900_u128..903).prop_map(Uuid::from_u128)
}

fn roles() -> impl Strategy<Value = RoleGrant> {
    (select(Role::ALL), regions(), option::of(regions())).prop_map(|(role, reads, writes)| {
        let writes = writes.filter(|writes| reads.covers(*writes));
        RoleGrant::new(role, reads, writes).unwrap()
    })
}

fn glasses() -> impl Strategy<Value = BreakGlass> {
    prop_oneof![regions().prop_map(BreakGlass::Region), ids().prop_map(BreakGlass::Person)]
}

fn grants() -> impl Strategy<Value = Grants> {
    (vec(roles(), 0..4), any::<bool>(), vec(glasses(), 0..3)).prop_map(|(roles, stream, glasses)| {
        let grants = Grants::of(roles);
        let grants = if stream { grants.with_pseudonymous_stream() } else { grants };
        glasses.into_iter().fold(grants, Grants::with_broken_glass)
    })
}

fn resources() -> impl Strategy<Value = Resource> {
    prop_oneof![
        4 => (ids(), counties()).prop_map(|(id, county)| Resource::Person { id, county }),
        4 => regions().prop_map(Resource::Region),
        1 => Just(Resource::WholeLog),
    ]
}

fn questions() -> impl Strategy<Value = (Action, Resource, Purpose)> {
    (select(Action::ALL), resources(), select(Purpose::ALL))
}

/// The counties that a resource is about; none for the log as a whole, which is about all of them.
fn counties_of(resource: Resource) -> Vec<County> {
    match resource {
        Resource::Person { county, .. } => vec![county],
        Resource::Region(region) => region.division().counties.clone(),
        Resource::WholeLog => divisions().counties().collect(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_096))]

    #[test]
    fn a_grant_more_never_takes_a_right_away(
        grants in grants(),
        role in roles(),
        glass in glasses(),
        (action, resource, purpose) in questions(),
    ) {
        let decide = |grants: &Grants| decide_access(grants, action, resource, purpose);
        let before = decide(&grants);
        for more in [
            grants.clone().with_role(role),
            grants.clone().with_pseudonymous_stream(),
            grants.clone().with_broken_glass(glass),
        ] {
            prop_assert!(decide(&more) >= before);
        }
    }

    #[test]
    fn what_several_roles_allow_one_of_them_allows(
        roles in vec(roles(), 0..5),
        (action, resource, purpose) in questions(),
    ) {
        let together = decide_access(&Grants::of(roles.clone()), action, resource, purpose);
        let alone = roles.iter().map(|role| decide_access(&Grants::of([*role]), action, resource, purpose));
        prop_assert_eq!(together, alone.max().unwrap_or(Access::Deny(Denial::NotPermitted)));
    }

    #[test]
    fn no_right_but_that_to_break_the_glass_reaches_outside_all_regions(
        grants in grants(),
        (action, resource, purpose) in questions(),
    ) {
        if action != Action::BreakGlass
            && let Access::Allow(_) = decide_access(&grants, action, resource, purpose)
        {
            let in_role = |county| {
                grants.roles().any(|role| role.reads().contains(county))
            };
            let in_glass = |county| grants.broken_glass().any(|glass| match (glass, resource) {
                (BreakGlass::Region(region), _) => region.contains(county),
                (BreakGlass::Person(seen), Resource::Person { id, .. }) => *seen == id,
                (BreakGlass::Person(_), _) => false,
            });
            for county in counties_of(resource) {
                prop_assert!(in_role(county) || in_glass(county));
            }
        }
    }

    #[test]
    fn nothing_is_written_outside_the_regions_to_write(
        grants in grants(),
        (action, resource, purpose) in questions(),
    ) {
        let writes = action.name().starts_with("record_")
            || [Action::EnrolPerson, Action::CorrectPerson, Action::VoidRecord, Action::TransferPerson,
                Action::AssignCounsellor, Action::ReinstatePerson, Action::Import].contains(&action);
        if writes && matches!(decide_access(&grants, action, resource, purpose), Access::Allow(_)) {
            for county in counties_of(resource) {
                let may = grants.roles().any(|role| role.writes().is_some_and(|writes| writes.contains(county)));
                prop_assert!(may);
            }
        }
    }

    #[test]
    fn nothing_but_revealing_shows_anything_in_clear(
        grants in grants(),
        (action, resource, purpose) in questions(),
    ) {
        let access = decide_access(&grants, action, resource, purpose);
        prop_assert!(access != Access::Allow(Mask::Clear) || action == Action::RevealPersonalData);
    }

    #[test]
    fn somebody_in_the_reach_may_be_read_and_a_region_outside_may_not(
        grants in grants(),
        action in select(Action::ALL),
        purpose in select(Purpose::ALL),
        region in regions(),
    ) {
        let within = reach(&grants, action, purpose).iter().any(|reached| reached.covers(region));
        let access = decide_access(&grants, action, Resource::Region(region), purpose);
        // The right to break the glass reaches further than any list.
        prop_assert!(action == Action::BreakGlass || within == matches!(access, Access::Allow(_)));
    }
}
