//! Which claims are taken.

use serde_json::{Value, json};
use sigeyi_domain::access::{Action, Mask, Purpose, Resource, Role, decide_access};
use sigeyi_domain::divisions;

use super::signing::*;
use crate::*;

/// Each change of the claims with the reason for which the token is refused.
fn refuses(cases: impl IntoIterator<Item = (Value, Reason)>) {
    let key = local_key();
    let cases: Vec<_> = cases
        .into_iter()
        .map(|(changes, reason)| (token(&key, &claims_with(&changes)), changes, reason))
        .collect();
    let verifier = verifier(key);
    for (token, changes, reason) in cases {
        assert_eq!(refused(&verifier, &token), reason, "{changes}");
    }
}

fn accepts(cases: impl IntoIterator<Item = Value>) {
    let key = local_key();
    let cases: Vec<_> =
        cases.into_iter().map(|changes| (token(&key, &claims_with(&changes)), changes)).collect();
    let verifier = verifier(key);
    for (token, changes) in cases {
        let result = verifier.verify(&token, now());
        assert!(result.is_ok(), "{changes}: {:?}", result.map_err(|error| error.reason()));
    }
}

#[test]
fn a_token_has_its_time() {
    let leeway = LEEWAY.as_secs();
    refuses([
        (json!({ "exp": NOW - leeway }), Reason::Expired),
        (json!({ "exp": 0 }), Reason::Expired),
        (json!({ "nbf": NOW + leeway + 1 }), Reason::NotYetValid),
        (json!({ "nbf": u64::MAX }), Reason::NotYetValid),
    ]);
    accepts([
        json!({ "exp": NOW - leeway + 1 }),
        json!({ "exp": u64::MAX }),
        json!({ "nbf": NOW + leeway }),
        json!({ "nbf": 0 }),
    ]);
}

#[test]
fn a_time_is_a_number() {
    for name in ["exp", "nbf", "iat"] {
        for value in
            [json!((NOW + 3_600).to_string()), json!(-1), json!(1.7e9), json!(true), json!([NOW]), json!({})]
        {
            refuses([(json!({ name: value }), Reason::Claim(name))]);
        }
    }
}

#[test]
fn what_is_required_must_be_there() {
    for name in ["iss", "aud", "exp", "nbf", "sub", "office", "roles"] {
        refuses([(json!({ name: null }), Reason::Claim(name))]);
    }
    accepts(["iat", "jti", "stream"].map(|name| json!({ name: null })));
}

#[test]
fn issuer_and_audience_are_ours() {
    let many: Vec<String> = (0..=AUDIENCES_MAX).map(|n| format!("{AUDIENCE}{n}")).collect();
    refuses([
        (json!({ "iss": "https://issuer.example/" }), Reason::Issuer),
        (json!({ "iss": "" }), Reason::Issuer),
        (json!({ "iss": [ISSUER] }), Reason::Claim("iss")),
        (json!({ "aud": "other" }), Reason::Audience),
        (json!({ "aud": [] }), Reason::Audience),
        (json!({ "aud": ["other", "Sigeyi"] }), Reason::Audience),
        (json!({ "aud": [AUDIENCE, 7] }), Reason::Claim("aud")),
        (json!({ "aud": { "0": AUDIENCE } }), Reason::Claim("aud")),
        (json!({ "aud": many }), Reason::Claim("aud")),
    ]);
    accepts([json!({ "aud": ["other", AUDIENCE] })]);
}

#[test]
fn ids_are_ids() {
    for name in ["sub", "office"] {
        for value in [json!(""), json!("张三"), json!("a b"), json!(7), json!("x".repeat(65))] {
            refuses([(json!({ name: value }), Reason::Claim(name))]);
        }
    }
    for value in [json!(""), json!(7), json!("a\nb"), json!("x".repeat(TOKEN_ID_BYTES_MAX + 1))] {
        refuses([(json!({ "jti": value }), Reason::Claim("jti"))]);
    }
}

#[test]
fn roles_are_those_of_the_list_in_regions_of_the_list() {
    let manager = || json!({ "role": "manager", "read": "150400", "write": "150400" });
    let role = |name: &str, value: Value| {
        let mut role = manager();
        role[name] = value;
        json!({ "roles": [role] })
    };
    let many: Vec<Value> = divisions()
        .regions()
        .take(ROLES_MAX + 1)
        .map(|region| json!({ "role": "auditor", "read": region.division().code.to_string() }))
        .collect();
    let refused = [
        role("role", json!("admin")),
        role("role", json!("Manager")),
        role("role", json!(["manager"])),
        role("read", json!("110000")),
        role("read", json!("150499")),
        role("read", json!("15040")),
        role("read", json!("+15040")),
        role("read", json!("1504000")),
        role("read", json!(150_400)),
        role("read", json!(null)),
        role("write", json!("150500")),
        role("write", json!("150000")),
        role("write", json!(false)),
        role("until", json!(NOW)),
        json!({ "roles": [manager(), manager()] }),
        json!({ "roles": { "0": manager() } }),
        json!({ "roles": "manager" }),
        json!({ "roles": ["manager"] }),
        json!({ "roles": many }),
    ];
    refuses(refused.map(|changes| (changes, Reason::Claim("roles"))));
    accepts([
        json!({ "roles": [] }),
        json!({ "roles": many[1..] }),
        json!({ "roles": [manager(), { "role": "manager", "read": "150400" }] }),
    ]);
    refuses(
        [json!("true"), json!(1), json!([])]
            .map(|stream| (json!({ "stream": stream }), Reason::Claim("stream"))),
    );
}

#[test]
fn grants_are_what_the_token_says() {
    let key = local_key();
    let roles = json!([
        { "role": "manager", "read": "150400", "write": "150402" },
        { "role": "analyst", "read": "150000", "write": null },
    ]);
    let token = token(&key, &claims_with(&json!({ "roles": roles, "stream": true })));
    let grants = verifier(key).verify(&token, now()).unwrap().grants;
    let told: Vec<_> = grants
        .roles()
        .map(|role| {
            let code = |region: sigeyi_domain::Region| region.division().code;
            (role.role(), code(role.reads()), role.writes().map(code))
        })
        .collect();
    assert_eq!(told, [(Role::Manager, 150_400, Some(150_402)), (Role::Analyst, 150_000, None)]);
    let stream = decide_access(
        &grants,
        Action::ReadPseudonymousStream,
        Resource::Region(divisions().whole()),
        Purpose::Research,
    );
    assert_eq!(stream.allowed(), Ok(Mask::Pseudonymous));
}
