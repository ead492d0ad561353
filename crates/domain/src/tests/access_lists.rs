//! Names of roles, purposes and actions, and what recording a command is.

use std::collections::HashSet;

use super::examples::*;
use crate::access::*;
use crate::*;

#[test]
fn roles_have_the_names_of_tokens() {
    let names: Vec<&str> = Role::ALL.iter().map(|role| role.name()).collect();
    assert_eq!(
        names,
        ["field_worker", "counsellor", "manager", "importer", "auditor", "analyst", "operator"]
    );
    let labels: Vec<&str> = Role::ALL.iter().map(|role| role.label()).collect();
    assert_eq!(labels, ["经办人", "辅导员", "主管", "导入员", "审计员", "分析员", "运维员"]);
    for role in Role::ALL {
        assert_eq!(Role::from_name(role.name()), Some(*role));
        assert_eq!(serde_json::to_string(role).unwrap(), format!("\"{}\"", role.name()));
        assert_eq!(serde_json::from_str::<Role>(&format!("\"{}\"", role.name())).unwrap(), *role);
    }
    for other in ["", "Manager", "managers", "主管", "admin"] {
        assert_eq!(Role::from_name(other), None);
        assert!(serde_json::from_str::<Role>(&format!("\"{other}\"")).is_err());
    }
}

#[test]
fn purposes_have_names() {
    let names: Vec<&str> = Purpose::ALL.iter().map(|purpose| purpose.name()).collect();
    assert_eq!(names, ["service", "management", "audit", "research", "operation"]);
    for purpose in Purpose::ALL {
        assert_eq!(Purpose::from_name(purpose.name()), Some(*purpose));
    }
}

#[test]
fn every_action_has_a_name_and_a_label_of_its_own() {
    let names: HashSet<&str> = Action::ALL.iter().map(|action| action.name()).collect();
    let labels: HashSet<&str> = Action::ALL.iter().map(|action| action.label()).collect();
    assert_eq!((names.len(), labels.len()), (Action::ALL.len(), Action::ALL.len()));
    for action in Action::ALL {
        assert_eq!(Action::from_name(action.name()), Some(*action));
        assert!(action.name().bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'), "{action:?}");
    }
}

#[test]
fn every_command_is_an_action() {
    let on = None;
    let cases = [
        (Command::VerifyInfo(Verification::default()), Action::RecordVerification),
        (
            Command::AssessAbility { conclusion: None, scores: None, assessor: None, remarks: None, on },
            Action::RecordAssessment,
        ),
        (
            Command::DeliverService { service: ServiceType::JobFair, provider: None, remarks: None, on },
            Action::RecordService,
        ),
        (Command::EndEmployment { reason: NonEmploymentReason::Retired, on }, Action::RecordEmployment),
        (Command::TransferPerson { to: county(THERE), remarks: None, on }, Action::TransferPerson),
        (
            Command::RequestCounsellor { counsellor: id("counsellor-7"), remarks: None, on },
            Action::AssignCounsellor,
        ),
        (Command::ApproveCounsellor { request: RecordRef::None, remarks: None }, Action::ApproveCounsellor),
        (
            Command::DeclineCounsellor { request: RecordRef::None, reason: remarks("不合适") },
            Action::ApproveCounsellor,
        ),
        (Command::LeaveRegister { reason: LeaveReason::MovedAway, on }, Action::RecordLeaving),
        (Command::ReinstatePerson { reason: None, on }, Action::ReinstatePerson),
        (Command::CorrectPerson(Correction::default()), Action::CorrectPerson),
        (Command::VoidRecord { record: RecordRef::None, reason: None, on }, Action::VoidRecord),
    ];
    for (command, action) in cases {
        assert_eq!(Action::of(&command), action);
    }
}

#[test]
fn auditors_analysts_and_operators_write_nothing() {
    let writing: Vec<&str> = Role::ALL.iter().filter(|role| role.writes()).map(|role| role.name()).collect();
    assert_eq!(writing, ["field_worker", "counsellor", "manager", "importer"]);
}
