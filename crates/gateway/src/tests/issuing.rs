//! A key that signs tokens, and tokens that nobody should believe.

use std::{path::PathBuf, sync::Arc, time::Duration};

use sigeyi_domain::{
    Identifier,
    access::{Role, RoleGrant},
    divisions,
};
use sigeyi_identity::{Claims, KeyFile, LocalKey, Now, Trust, Verifier};
use tempfile::TempDir;

pub(crate) const HOUR: Duration = Duration::from_secs(3_600);

/// An issuer with one key at a time, whose public half lies in a file.
pub(crate) struct Issuing {
    dir: TempDir,
    key: LocalKey,
}

impl Issuing {
    pub(crate) fn new() -> Issuing {
        let dir = tempfile::tempdir().unwrap();
        let key = LocalKey::open_or_make(&dir.path().join("1.key")).unwrap();
        let issuing = Issuing { dir, key };
        issuing.publish(&issuing.key);
        issuing
    }

    /// Believes its tokens.
    pub(crate) fn verifier(&self) -> Arc<Verifier> {
        let verifier = Verifier::new(Trust::local(), KeyFile::at(self.keys()));
        verifier.refresh(Now::read()).unwrap();
        Arc::new(verifier)
    }

    /// Another key takes the place of the one that has signed.
    pub(crate) fn withdraw_key(&self) {
        self.publish(&LocalKey::open_or_make(&self.dir.path().join("2.key")).unwrap());
    }

    /// For an hour from now on.
    pub(crate) fn token(&self, role: Role, region: &str) -> String {
        self.issue(role, region, &Trust::local(), Now::read().since_epoch, HOUR)
    }

    /// Of somebody else, for an hour from now on.
    pub(crate) fn token_of(&self, actor: &str, role: Role, region: &str) -> String {
        self.issue_to(actor, (role, region), &Trust::local(), Now::read().since_epoch, HOUR)
    }

    /// For so long from a moment on, which is given as time since 1970.
    pub(crate) fn token_from(&self, since_epoch: Duration, lifetime: Duration) -> String {
        self.issue(Role::FieldWorker, "150402", &Trust::local(), since_epoch, lifetime)
    }

    /// What `Authorization` may hold and should let nobody in.
    pub(crate) fn bad_authorizations(&self) -> Vec<(&'static str, String)> {
        let now = Now::read().since_epoch;
        let other = Trust { audience: "somebody-else".into(), ..Trust::local() };
        let good = self.token(Role::Manager, "150000");
        let mut parts = good.split('.');
        let (header, payload, signature) =
            (parts.next().unwrap(), parts.next().unwrap(), parts.next().unwrap());
        // {"alg":"none","typ":"JWT"}
        let without_algorithm = format!("eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.{payload}.");
        let of_another_key = Issuing::new().token(Role::Manager, "150000");
        vec![
            ("garbage", "Bearer nonsense".into()),
            ("nothing in it", "Bearer ".into()),
            ("another scheme", format!("Basic {good}")),
            ("no scheme", good.clone()),
            ("two tokens", format!("Bearer {good} {good}")),
            ("expired", format!("Bearer {}", self.token_from(now - 2 * HOUR, HOUR))),
            ("not yet valid", format!("Bearer {}", self.token_from(now + HOUR, HOUR))),
            (
                "another audience",
                format!("Bearer {}", self.issue(Role::Manager, "150000", &other, now, HOUR)),
            ),
            ("algorithm none", format!("Bearer {without_algorithm}")),
            ("no signature", format!("Bearer {header}.{payload}.")),
            ("the signature of nothing", format!("Bearer {header}.e30.{signature}")),
            ("another key", format!("Bearer {of_another_key}")),
        ]
    }

    fn keys(&self) -> PathBuf {
        self.dir.path().join("keys.json")
    }

    fn publish(&self, key: &LocalKey) {
        std::fs::write(self.keys(), key.key_set()).unwrap();
    }

    fn issue(
        &self,
        role: Role,
        region: &str,
        trust: &Trust,
        since_epoch: Duration,
        lifetime: Duration,
    ) -> String {
        self.issue_to("worker-7", (role, region), trust, since_epoch, lifetime)
    }

    fn issue_to(
        &self,
        actor: &str,
        (role, region): (Role, &str),
        trust: &Trust,
        since_epoch: Duration,
        lifetime: Duration,
    ) -> String {
        let id = |text: &str| Identifier::parse(text).unwrap();
        let region = divisions().region(region.parse().unwrap()).unwrap();
        let granted = RoleGrant::new(role, region, role.writes().then_some(region)).unwrap();
        let claims =
            Claims { subject: id(actor), office: id("office-1"), roles: vec![granted], stream: false };
        self.key.issue(&claims, trust, lifetime, since_epoch).unwrap()
    }
}
