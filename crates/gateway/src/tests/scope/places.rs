//! Two counties of different leagues with people in each, and one subject of each role in the first.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, Ordering},
};

use futures_util::{FutureExt, future::BoxFuture};
use serde_json::{Value, json};
use sigeyi_domain::{
    CertificateNumber, Day, Identifier, Region,
    access::{Grants, Purpose, Role, RoleGrant},
    divisions,
};
use sigeyi_engine::{AccessLogError, AccessNote};
use uuid::Uuid;

use crate::{subject::Subject, tests::world::World, witness::Witness};

/// The county of the roles.
pub(super) const HERE: &str = "150102";
/// A county of another league.
pub(super) const THERE: &str = "150402";

/// Writes down for a test, or refuses to.
#[derive(Default)]
pub(super) struct Told {
    notes: Mutex<Vec<AccessNote>>,
    pub(super) refuses: AtomicBool,
}

impl Witness for Told {
    fn note(&self, notes: Vec<AccessNote>) -> BoxFuture<'_, Result<(), AccessLogError>> {
        let refuses = self.refuses.load(Ordering::SeqCst);
        if !refuses {
            self.notes.lock().unwrap().extend(notes);
        }
        let answer = if refuses { Err(AccessLogError::DiskFull) } else { Ok(()) };
        std::future::ready(answer).boxed()
    }
}

impl Told {
    /// What was written down since the last time.
    pub(super) fn take(&self) -> Vec<AccessNote> {
        std::mem::take(&mut *self.notes.lock().unwrap())
    }
}

/// The world of these tests.
pub(super) struct Places {
    pub(super) world: World,
    pub(super) told: Arc<Told>,
    /// People here, by id.
    pub(super) here: Vec<String>,
    /// People there.
    pub(super) there: Vec<String>,
}

/// What came of a question or a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Seen {
    /// There is an answer, or it is recorded.
    Shown,
    /// As if there were nobody.
    Nobody,
    /// An error with the code `FORBIDDEN`, or `NOT_RELEASED` for figures that are not published, and nothing else.
    Forbidden,
}

pub(super) fn region(code: &str) -> Region {
    divisions().region(code.parse().unwrap()).unwrap()
}

/// Somebody with one role, which writes where it reads if it writes at all.
pub(super) fn subject(role: Role, place: &str) -> Subject {
    let id = |text: &str| Identifier::parse(text).unwrap();
    let region = region(place);
    let granted = RoleGrant::new(role, region, role.writes().then_some(region)).unwrap();
    let actor = id(&format!("{}-{place}", role.name()));
    Subject { actor, office: id("office"), grants: Grants::of([granted]), is_known: true }
}

/// The same with the stream under pseudonyms.
pub(super) fn with_stream(subject: Subject) -> Subject {
    Subject { grants: subject.grants.clone().with_pseudonymous_stream(), ..subject }
}

/// One of each role here: field worker, counsellor, manager, importer, auditor, analyst, operator, and an analyst with the stream.
pub(super) fn everybody_here() -> Vec<Subject> {
    let mut all: Vec<Subject> = Role::ALL.iter().map(|role| subject(*role, HERE)).collect();
    let mut streaming = with_stream(subject(Role::Analyst, HERE));
    streaming.actor = Identifier::parse("analyst-with-stream").unwrap();
    all.push(streaming);
    all
}

/// The purpose that goes with somebody's role.
pub(super) fn purpose(subject: &Subject) -> &'static str {
    match subject.grants.roles().next().unwrap().role() {
        Role::FieldWorker | Role::Counsellor | Role::Importer => "SERVICE",
        Role::Manager => "MANAGEMENT",
        Role::Auditor => "AUDIT",
        Role::Analyst => "RESEARCH",
        Role::Operator => "OPERATION",
    }
}

/// Synthetic: sequence numbers from 900.
pub(super) fn certificate(county: &str, number: u32) -> String {
    "0123456789X"
        .chars()
        .map(|check| format!("{county}19800101{}{check}43", 900 + number))
        .find(|text| CertificateNumber::parse(text, Day::MAX).is_ok())
        .unwrap()
}

pub(super) fn enrolment(county: &str, number: u32) -> Value {
    json!({
        "commandId": Uuid::new_v4(), "name": format!("测试{number}"), "certificate": certificate(county, number),
        "region": county, "employment": { "notEmployed": "NO_SKILLS" }, "effectiveOn": "2022-05-01",
        "phone": "13800000000", "address": "某街某号",
    })
}

impl Places {
    /// Three people in each county.
    pub(super) async fn new() -> Places {
        let told = Arc::new(Told::default());
        let world = World::with_witness(told.clone());
        let mut places = Places { world, told, here: Vec::new(), there: Vec::new() };
        for number in 0..3 {
            for county in [HERE, THERE] {
                let id = places.enrol(county, number).await;
                if county == HERE { places.here.push(id) } else { places.there.push(id) }
            }
        }
        places
    }

    pub(super) async fn enrol(&self, county: &str, number: u32) -> String {
        let query = "mutation($i: EnrolPersonInput!) { enrolPerson(input: $i) { ... on Recorded { person { id } } } }";
        let answer = self.world.data(query, json!({ "i": enrolment(county, number) })).await;
        answer["enrolPerson"]["person"]["id"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
    }

    /// The answer to somebody, which must not tell of anybody there.
    pub(super) async fn ask(&self, subject: &Subject, query: &str, variables: Value) -> Value {
        let answer = self.world.answer_to(subject, query, variables).await;
        self.tells_of_nobody_there(&answer);
        answer
    }

    /// Nothing of whoever is in the other county is in it.
    #[track_caller]
    pub(super) fn tells_of_nobody_there(&self, answer: &Value) {
        let text = answer.to_string();
        for id in &self.there {
            assert!(!text.contains(id.as_str()), "{text}");
        }
        assert!(!text.contains(THERE), "{text}");
    }
}

/// What the field of an answer says. A refusal as data is nobody, if it is that of an unknown person.
#[track_caller]
pub(super) fn seen(answer: &Value, field: &str) -> Seen {
    let value = &answer["data"][field];
    match answer["errors"][0]["extensions"]["code"].as_str() {
        None if value["code"] == "UNKNOWN_PERSON" || value.is_null() => Seen::Nobody,
        None => Seen::Shown,
        Some("FORBIDDEN" | "NOT_RELEASED") if value.is_null() => Seen::Forbidden,
        Some(_) => panic!("{answer}"),
    }
}

/// For each of [`everybody_here`] in turn, one letter: shown, nobody or forbidden.
pub(super) fn row(letters: &str) -> Vec<Seen> {
    let seen = |letter| match letter {
        'S' => Seen::Shown,
        'N' => Seen::Nobody,
        'F' => Seen::Forbidden,
        other => panic!("{other}"),
    };
    letters.chars().map(seen).collect()
}

/// Every purpose has its word in the table above.
#[test]
fn purposes_are_those_of_the_list() {
    for subject in everybody_here() {
        assert!(Purpose::from_name(&purpose(&subject).to_lowercase()).is_some());
    }
}
