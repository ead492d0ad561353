//! Where rights reach: several grants together, broken glass, transfers, lists and requests without a purpose.

use uuid::Uuid;

use super::examples::county;
use crate::access::*;
use crate::*;

const SOMEBODY: Uuid = Uuid::from_u128(900);

fn region(code: u32) -> Region {
    divisions().region(code).unwrap()
}

fn role(role: Role, reads: u32, writes: Option<u32>) -> RoleGrant {
    RoleGrant::new(role, region(reads), writes.map(region)).unwrap()
}

fn person_in(code: &str) -> Resource {
    Resource::Person { id: SOMEBODY, county: county(code) }
}

#[test]
fn without_grants_nothing_is_allowed() {
    for grants in [
        Grants::default(),
        Grants::default().with_pseudonymous_stream(),
        Grants::default().with_broken_glass(BreakGlass::Region(divisions().whole())),
    ] {
        for action in Action::ALL {
            for purpose in Purpose::ALL {
                for resource in [person_in("150402"), Resource::Region(region(150_402)), Resource::WholeLog] {
                    let access = decide_access(&grants, *action, resource, *purpose);
                    assert_eq!(access, Access::Deny(Denial::NotPermitted));
                }
                assert_eq!(reach(&grants, *action, *purpose), []);
            }
        }
    }
}

#[test]
fn several_grants_allow_what_each_allows_and_no_more() {
    let grants = Grants::of([
        role(Role::FieldWorker, 150_402, Some(150_402)),
        role(Role::Manager, 150_500, Some(150_500)),
    ]);
    let may = |action, place| {
        matches!(decide_access(&grants, action, person_in(place), Purpose::Service), Access::Allow(_))
    };
    assert!(may(Action::RecordVerification, "150402"));
    assert!(may(Action::VoidRecord, "150502"));
    // The manager's right does not go over to the field worker's region.
    assert!(!may(Action::VoidRecord, "150402"));
    assert!(!may(Action::ReadPerson, "150404"));
    assert!(!may(Action::ReadPerson, "150102"));
}

#[test]
fn of_several_grants_the_one_that_shows_most_decides() {
    let analyst = role(Role::Analyst, 150_000, None);
    let manager = role(Role::Manager, 150_400, Some(150_400));
    let grants = Grants::of([analyst, manager]);
    let figures = |place, purpose| {
        decide_access(&grants, Action::ReadFigures, Resource::Region(region(place)), purpose)
    };
    assert_eq!(figures(150_400, Purpose::Management), Access::Allow(Mask::Figures));
    assert_eq!(figures(150_400, Purpose::Research), Access::Allow(Mask::SuppressedFigures));
    assert_eq!(figures(150_000, Purpose::Research), Access::Allow(Mask::SuppressedFigures));
    assert_eq!(figures(150_000, Purpose::Management), Access::Deny(Denial::OutsideRegion));
}

#[test]
fn a_denial_says_what_stood_nearest_in_the_way() {
    let grants = Grants::of([role(Role::FieldWorker, 150_402, Some(150_402))]);
    let decide = |action, place, purpose| decide_access(&grants, action, person_in(place), purpose);
    assert_eq!(decide(Action::VoidRecord, "150402", Purpose::Service), Access::Deny(Denial::NotPermitted));
    assert_eq!(
        decide(Action::RevealPersonalData, "150402", Purpose::Research),
        Access::Deny(Denial::OtherPurpose)
    );
    assert_eq!(
        decide(Action::RevealPersonalData, "150404", Purpose::Service),
        Access::Deny(Denial::OutsideRegion)
    );
}

#[test]
fn a_transfer_needs_the_right_where_the_person_is() {
    let grants = Grants::of([role(Role::Manager, 150_400, Some(150_400))]);
    let transfer = Command::TransferPerson { to: county("150102"), remarks: None, on: None };
    let from =
        |place| decide_access(&grants, Action::of(&transfer), person_in(place), Purpose::Service).allowed();
    assert_eq!(from("150402"), Ok(Mask::Masked));
    assert_eq!(from("150102"), Err(Denial::OutsideRegion));
}

#[test]
fn broken_glass_shows_but_never_writes() {
    let grants = Grants::of([role(Role::FieldWorker, 150_402, Some(150_402))])
        .with_broken_glass(BreakGlass::Person(SOMEBODY));
    let decide = |action| decide_access(&grants, action, person_in("150102"), Purpose::Service).allowed();
    assert_eq!(decide(Action::ReadHistory), Ok(Mask::Masked));
    assert_eq!(decide(Action::RevealPersonalData), Ok(Mask::Clear));
    for action in [Action::RecordService, Action::ReadEvents, Action::RequestErasure] {
        assert_eq!(decide(action), Err(Denial::OutsideRegion));
    }
    // One person's glass is not another's.
    let other = Resource::Person { id: Uuid::from_u128(901), county: county("150102") };
    let access = decide_access(&grants, Action::ReadPerson, other, Purpose::Service);
    assert_eq!(access, Access::Deny(Denial::OutsideRegion));
}

#[test]
fn what_is_written_must_be_read() {
    let refused = Err(GrantError::WritesOutsideReading);
    assert_eq!(RoleGrant::new(Role::Manager, region(150_402), Some(region(150_404))), refused);
    assert_eq!(RoleGrant::new(Role::Manager, region(150_402), Some(region(150_400))), refused);
    assert!(RoleGrant::new(Role::Manager, region(150_400), Some(region(150_402))).is_ok());
}

#[test]
fn lists_reach_over_the_regions_that_are_in_no_other() {
    let grants = Grants::of([
        role(Role::FieldWorker, 150_402, Some(150_402)),
        role(Role::Counsellor, 150_400, None),
        role(Role::Auditor, 150_100, None),
    ])
    .with_broken_glass(BreakGlass::Region(region(150_502)));
    let regions = |action, purpose| reach(&grants, action, purpose);
    assert_eq!(regions(Action::ListPeople, Purpose::Service), [region(150_400), region(150_502)]);
    assert_eq!(regions(Action::ListPeople, Purpose::Audit), [region(150_100)]);
    assert_eq!(regions(Action::ReadEvents, Purpose::Service), [region(150_400)]);
    assert_eq!(regions(Action::RecordVerification, Purpose::Service), [region(150_402)]);
    assert_eq!(regions(Action::VoidRecord, Purpose::Service), []);
}

#[test]
fn a_request_without_a_purpose_has_that_of_a_role_which_may() {
    let grants =
        Grants::of([role(Role::Manager, 150_400, Some(150_400)), role(Role::Auditor, 150_100, None)]);
    let usual = |action, place| usual_purpose(&grants, action, person_in(place));
    assert_eq!(usual(Action::ReadPerson, "150402"), Some(Purpose::Service));
    assert_eq!(usual(Action::ReadPerson, "150102"), Some(Purpose::Audit));
    // What must be justified has no usual purpose, whoever asks.
    for action in [Action::RevealPersonalData, Action::Export, Action::BreakGlass] {
        assert_eq!(usual(action, "150402"), None);
    }
    // Where nothing is allowed there is a purpose all the same, for which it is denied.
    let purpose = usual(Action::ReadMetrics, "150402").unwrap();
    let access = decide_access(&grants, Action::ReadMetrics, person_in("150402"), purpose);
    assert_eq!(access, Access::Deny(Denial::NotPermitted));
}

#[test]
fn a_division_covers_itself_and_what_lies_below() {
    let covers = |above: u32, below: u32| region(above).covers(region(below));
    for (above, below) in [(150_000, 150_000), (150_000, 150_402), (150_400, 150_402), (150_402, 150_402)] {
        assert!(covers(above, below), "{above} {below}");
    }
    for (one, other) in [(150_400, 150_000), (150_402, 150_400), (150_400, 150_500), (150_402, 150_404)] {
        assert!(!covers(one, other), "{one} {other}");
    }
    for region in divisions().regions() {
        for county in divisions().counties() {
            assert_eq!(region.covers(county.region()), region.contains(county));
        }
    }
}
