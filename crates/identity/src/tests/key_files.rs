//! Keys of one's own, and the tokens that they sign.

use std::{
    fs,
    os::unix::fs::{MetadataExt, PermissionsExt},
    time::Duration,
};

use sigeyi_domain::{
    Identifier,
    access::{Role, RoleGrant},
    divisions,
};
use tempfile::TempDir;

use super::signing::*;
use crate::*;

fn region(code: u32) -> sigeyi_domain::Region {
    divisions().region(code).unwrap()
}

fn wanted() -> Claims {
    Claims {
        subject: Identifier::parse("manager-1").unwrap(),
        office: Identifier::parse("office-150400").unwrap(),
        roles: vec![
            RoleGrant::new(Role::Manager, region(150_400), Some(region(150_402))).unwrap(),
            RoleGrant::new(Role::Analyst, region(150_000), None).unwrap(),
        ],
        stream: true,
    }
}

fn since_epoch() -> Duration {
    Duration::from_secs(NOW)
}

const EIGHT_HOURS: Duration = Duration::from_secs(8 * 3_600);

#[test]
fn a_key_is_made_once_for_its_owner_alone() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("identity/token.key");
    let made = LocalKey::open_or_make(&path).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
    let bytes = fs::read(&path).unwrap();
    assert_eq!(LocalKey::open_or_make(&path).unwrap().id(), made.id());
    assert_eq!(LocalKey::open(&path).unwrap().key_set(), made.key_set());
    assert_eq!(fs::read(&path).unwrap(), bytes);
    // The draft is gone.
    assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    // Nothing of the key is shown.
    let shown = format!("{made:?} {}", made.key_set());
    let secret = String::from_utf8(bytes).unwrap();
    let line = secret.lines().nth(1).unwrap();
    assert!(!shown.contains(&line[22..60]), "{shown}");
}

#[test]
fn many_that_make_a_key_at_once_get_the_same() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("token.key");
    let ids: Vec<String> = std::thread::scope(|scope| {
        let makers: Vec<_> =
            (0..8).map(|_| scope.spawn(|| LocalKey::open_or_make(&path).unwrap().id().to_owned())).collect();
        makers.into_iter().map(|maker| maker.join().unwrap()).collect()
    });
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn a_key_that_others_can_read_is_not_used() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("token.key");
    LocalKey::open_or_make(&path).unwrap();
    for mode in [0o640, 0o604, 0o620, 0o666] {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        assert!(matches!(LocalKey::open_or_make(&path), Err(LocalKeyError::Exposed { .. })), "{mode:o}");
    }
}

#[test]
fn what_is_no_key_is_neither_used_nor_replaced() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("token.key");
    assert!(matches!(LocalKey::open(&path), Err(LocalKeyError::Missing { .. })));
    for text in ["", "key", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"] {
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        assert!(matches!(LocalKey::open_or_make(&path), Err(LocalKeyError::Malformed { .. })), "{text}");
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
    }
}

#[test]
fn an_issued_token_is_believed_until_it_ends() {
    let key = local_key();
    let token = key.issue(&wanted(), &trust(), EIGHT_HOURS, since_epoch()).unwrap();
    let verifier = verifier(key);
    let identity = verifier.verify(&token, now()).unwrap();
    assert_eq!(identity.subject, wanted().subject);
    assert_eq!(identity.office, wanted().office);
    assert_eq!(identity.expires_at, since_epoch() + EIGHT_HOURS);
    assert!(identity.token_id.is_some());
    assert!(identity.grants.has_pseudonymous_stream());
    assert_eq!(identity.grants.roles().copied().collect::<Vec<_>>(), wanted().roles);
    let ends = NOW + EIGHT_HOURS.as_secs() + LEEWAY.as_secs();
    assert!(verifier.verify(&token, at(ends - 1)).is_ok());
    assert_eq!(verifier.verify(&token, at(ends)).unwrap_err().reason(), Reason::Expired);
}

#[test]
fn what_would_not_be_believed_is_not_issued() {
    let key = local_key();
    let issue = |claims: &Claims, lifetime| key.issue(claims, &trust(), lifetime, since_epoch());
    for lifetime in [Duration::ZERO, Duration::from_millis(999), LIFETIME_MAX + Duration::from_secs(1)] {
        assert_eq!(issue(&wanted(), lifetime), Err(IssueError::Lifetime));
    }
    let mut twice = wanted();
    twice.roles.push(twice.roles[0]);
    assert_eq!(issue(&twice, EIGHT_HOURS), Err(IssueError::Roles));
    let auditors = |count| {
        let roles = divisions().regions().take(count);
        Claims {
            roles: roles
                .map(|region| RoleGrant::new(Role::FieldWorker, region, Some(region)).unwrap())
                .collect(),
            ..wanted()
        }
    };
    assert_eq!(issue(&auditors(ROLES_MAX + 1), EIGHT_HOURS), Err(IssueError::Roles));
    // As many as there may be fit into a token.
    let token = issue(&auditors(ROLES_MAX), LIFETIME_MAX).unwrap();
    assert!(verifier(key).verify(&token, now()).is_ok());
}
