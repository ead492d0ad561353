//! What is done with the person, over the wire.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use serde_json::{Value, json};
use sigeyi_tests::{Place, Server, binary, succeed, text};

use super::{
    ADDRESS, EMPLOYER, ERASING, LATER_NAME, LATER_PHONE, NAME, OFFICE, PHONE, REMARK, REVEALING, VALUES,
    forms::Search, number, socket::Socket,
};

/// Events between two snapshots, so that there is one.
const SNAPSHOT_EVERY: &str = "8";

/// Those who ask, each with a token.
pub(crate) struct Tokens {
    pub(crate) manager: String,
    second: String,
    auditor: String,
    operator: String,
    pub(crate) importer: String,
}

pub(crate) struct Story {
    data: PathBuf,
    /// There but while it is started again.
    server: Option<Server>,
    pub(crate) tokens: Tokens,
    pub(crate) search: Search,
    commands: u32,
}

fn serve(data: &Path) -> Server {
    let args = ["serve", "--data", text(data), "--snapshot-every", SNAPSHOT_EVERY, "--log-format", "json"];
    Server::asking_for_tokens(&args)
}

impl Story {
    pub(crate) fn begin(place: &Place, search: Search) -> Story {
        let data = place.data();
        let server = serve(&data);
        let token = |role: &str, actor: &str| {
            let who = ["--region", "150000", "--actor", actor, "--office", "office-150102"];
            succeed(&[&["token", "--data", text(&data), "--role", role], &who[..]].concat()).trim().to_owned()
        };
        let tokens = Tokens {
            manager: token("manager", "manager-1"),
            second: token("manager", "manager-2"),
            auditor: token("auditor", "auditor-1"),
            operator: token("operator", "operator-1"),
            importer: token("importer", "importer-1"),
        };
        Story { data, server: Some(server), tokens, search, commands: 0 }
    }

    /// A request as it is; what comes back says nothing of the person.
    #[track_caller]
    pub(crate) fn send(&self, what: &str, request: &[u8]) -> String {
        let answer = self.server().send(request);
        self.search.finds_nothing(&answer, &format!("the answer to {what}"));
        String::from_utf8(answer).expect("it answers in UTF-8")
    }

    /// A question or a command whose answer shows nothing.
    #[track_caller]
    pub(crate) fn ask(&self, token: &str, query: &str, variables: Value) -> Value {
        let body = json!({ "query": query, "variables": variables }).to_string();
        let answer = self.send(query, &post("/graphql", token, "application/json", body.as_bytes()));
        let (_, body) = answer.split_once("\r\n\r\n").expect("a head");
        serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {answer}"))
    }

    /// One whose answer is there to show it.
    #[track_caller]
    fn shown(&self, token: &str, query: &str, variables: Value) -> Value {
        let body = json!({ "query": query, "variables": variables }).to_string();
        let answer = self.server().send(&post("/graphql", token, "application/json", body.as_bytes()));
        let answer = String::from_utf8(answer).expect("it answers in UTF-8");
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
        self.search.finds_nothing(head.as_bytes(), "the head of an answer");
        assert!(self.search.finds(body.as_bytes()), "it is shown to who may see it: {body}");
        serde_json::from_str(body).expect("it is JSON")
    }

    /// One whose answer is there to show this one word of it: the history has offices as they were written.
    #[track_caller]
    fn shown_but(&self, word: &str, token: &str, query: &str, variables: Value) -> Value {
        let found = self.shown(token, query, variables);
        let rest = found.to_string().replace(word, "");
        self.search.finds_nothing(rest.as_bytes(), "the rest of an answer");
        found
    }

    /// The person's id, by certificate number.
    pub(crate) fn look_up(&self) -> String {
        let query =
            "query($n: String!) { personByCertificate(number: $n) { id maskedName maskedCertificate } }";
        let found = self.ask(&self.tokens.manager, query, json!({ "n": number() }));
        let person = &found["data"]["personByCertificate"];
        assert!(person["maskedName"].as_str().is_some_and(|name| name.starts_with('阿')), "{found}");
        person["id"].as_str().expect("an id").to_owned()
    }

    fn command(&mut self, token: &str, name: &str, person: &str, more: Value) -> Value {
        self.commands += 1;
        let id = format!("00000000-0000-4000-8000-{:012}", self.commands);
        let mut input = json!({ "commandId": id, "personId": person });
        input.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        let input_type = format!("{}{}Input", name[..1].to_uppercase(), &name[1..]);
        let query = format!(
            "mutation($i: {input_type}!) {{ {name}(input: $i) {{ __typename ... on Recorded {{ position }}
             ... on Rejected {{ code message field }} }} }}"
        );
        self.ask(token, &query, json!({ "i": input }))["data"][name].clone()
    }

    #[track_caller]
    fn record(&mut self, name: &str, person: &str, more: Value) {
        let token = self.tokens.manager.clone();
        let answer = self.command(&token, name, person, more);
        assert_eq!(answer["__typename"], "Recorded", "{name}: {answer}");
    }

    /// Everything that can be said of somebody.
    pub(crate) fn commands(&mut self, person: &str) {
        self.record(
            "verifyInfo",
            person,
            json!({ "outcome": "CORRECTED", "values": VALUES, "remarks": REMARK }),
        );
        self.record("assessAbility", person, json!({ "conclusion": "TRAINING_FIRST", "remarks": REMARK }));
        self.record("registerDemand", person, json!({ "demand": { "needs": ["JOB_PLACEMENT"] } }));
        self.record("deliverService", person, json!({ "service": "JOB_FAIR", "remarks": REMARK }));
        self.record("completeTraining", person, json!({ "kind": "VOCATIONAL", "remarks": REMARK }));
        self.record("startEmployment", person, json!({ "form": "FLEXIBLE", "employer": EMPLOYER }));
        let correction = json!({ "name": LATER_NAME, "phone": LATER_PHONE, "address": ADDRESS,
            "certificate": format!("{}B1", number()) });
        self.record("correctPerson", person, correction);
        self.record("assignCounsellor", person, json!({ "counsellor": "c-1", "remarks": REMARK }));
        self.record("transferPerson", person, json!({ "to": "150103", "remarks": REMARK }));
        self.record("restrictData", person, json!({ "cause": "ACCURACY_DISPUTED", "reason": REMARK }));
        let second = self.tokens.second.clone();
        let lifted = self.command(&second, "liftRestriction", person, json!({ "reason": REMARK }));
        assert_eq!(lifted["__typename"], "Recorded", "{lifted}");
        let query = "mutation($i: EnrolPersonInput!) { enrolPerson(input: $i) { __typename ... on Rejected { code message } } }";
        let again = json!({ "commandId": "00000000-0000-4000-8000-999999999999", "name": NAME, "certificate": number(),
            "region": "150103", "employment": { "notEmployed": "NO_SKILLS" }, "phone": PHONE, "address": ADDRESS });
        let answer = self.ask(&self.tokens.manager, query, json!({ "i": again }));
        assert_eq!(answer["data"]["enrolPerson"]["code"], "ALREADY_ENROLLED", "{answer}");
        let other = json!({ "commandId": "00000000-0000-4000-8000-000000000004", "service": "JOB_FAIR", "remarks": ADDRESS });
        let token = self.tokens.manager.clone();
        let answer = self.command(&token, "deliverService", person, other);
        assert_eq!(answer["code"], "COMMAND_CONFLICT", "{answer}");
    }

    /// Everything that can be asked, with every page and its cursor.
    pub(crate) fn questions(&self, person: &str) {
        let (manager, id) = (&self.tokens.manager, json!({ "id": person }));
        let one = "query($id: ID!) { person(id: $id) { id version maskedName maskedCertificate sex age enrolledOn counsellor
            region { name } history { position type label actor office region { code } data stored voidedBy changes { field before after } } } }";
        let found = self.shown_but(OFFICE, manager, one, id.clone());
        assert!(found["data"]["person"]["history"].as_array().is_some_and(|it| it.len() > 10), "{found}");
        self.look_up();
        let mut after = Value::Null;
        for _ in 0..5 {
            let list =
                "query($a: String) { people(first: 1, after: $a) { nodes { id maskedName maskedCertificate }
                pageInfo { endCursor hasNextPage } } }";
            let page = self.ask(manager, list, json!({ "a": after }));
            after = page["data"]["people"]["pageInfo"]["endCursor"].clone();
            if page["data"]["people"]["pageInfo"]["hasNextPage"] != true {
                break;
            }
        }
        let events = "{ events(after: \"0\", first: 100) { nodes { position withheld type label personId effectiveOn region { code }
            actor office commandId data stored } edges { cursor } } }";
        let found = self.ask(manager, events, Value::Null);
        assert!(found["data"]["events"]["nodes"].as_array().is_some_and(|it| it.len() > 10), "{found}");
        self.ask(manager, "{ event(position: \"2\") { type actor office } head { position } }", Value::Null);
        self.ask(
            manager,
            "query($id: ID!) { useOfData(personId: $id) { status restrictions { maker cause } } }",
            id,
        );
        self.ask(
            manager,
            "{ progress { registered } restricted { personId } me { actor office } }",
            Value::Null,
        );
        self.ask(&self.tokens.auditor, "{ people { nodes { id maskedName } } }", Value::Null);
    }

    /// Shown in clear, with a reason; and the reason to who may read it.
    pub(crate) fn reveal(&self, person: &str) {
        let query = "mutation($i: RevealPersonalDataInput!) { revealPersonalData(input: $i) { __typename
            ... on Revealed { name certificate phone address } ... on Rejected { code message field } } }";
        let mut input = json!({ "personId": person, "fields": ["NAME", "CERTIFICATE", "PHONE", "ADDRESS"],
            "purpose": "MANAGEMENT", "reason": REVEALING });
        let found = self.shown(&self.tokens.manager, query, json!({ "i": input }));
        let clear = &found["data"]["revealPersonalData"];
        let expected = json!({ "__typename": "Revealed", "name": LATER_NAME, "certificate": format!("{}B1", number()),
            "phone": LATER_PHONE, "address": ADDRESS });
        assert_eq!(*clear, expected);
        input["purpose"] = json!("AUDIT");
        self.ask(&self.tokens.manager, query, json!({ "i": input }));
        let log = "query($id: ID!) { accessOfPerson(id: $id, first: 50) { nodes { at actor action purpose outcome reason }
            pageInfo { endCursor } } }";
        let found = self.shown(&self.tokens.auditor, log, json!({ "id": person }));
        assert!(found.to_string().contains(REVEALING), "{found}");
        let by_user = "{ accessByUser(actor: \"manager-1\", first: 2) { nodes { action people } pageInfo { endCursor } } }";
        self.ask(&self.tokens.auditor, by_user, Value::Null);
    }

    /// A subscriber is told of an event while it is recorded.
    pub(crate) fn sees_events(&mut self, person: &str) {
        let mut socket = self.socket();
        let query =
            "subscription { events(after: \"0\") { position type label personId actor office data stored } }";
        socket.say(&json!({ "type": "subscribe", "id": "1", "payload": { "query": query } }));
        self.record("deliverService", person, json!({ "service": "JOB_COACHING", "remarks": REMARK }));
        let mut is_told = |kind: &str| {
            let message = socket.next().expect("it goes on");
            assert_eq!(message["type"], "next", "{message}");
            message["payload"]["data"]["events"]["type"] == kind
        };
        let mut services = 0;
        while services < 2 {
            services += usize::from(is_told("SERVICE_DELIVERED"));
        }
        self.search.finds_nothing(&socket.heard, "what a subscriber is told");
    }

    /// A socket over which the manager has said who it is.
    pub(crate) fn socket(&self) -> Socket {
        let mut socket = Socket::open(self.server().address);
        let authorization = format!("Bearer {}", self.tokens.manager);
        socket.say(&json!({ "type": "connection_init", "payload": { "authorization": authorization } }));
        assert_eq!(socket.next().expect("it goes on")["type"], "connection_ack");
        socket
    }

    /// A command that gets the number on its standard input, which shows it there and nowhere else.
    pub(crate) fn command_line(&self) {
        let url = format!("http://{}", self.server().address);
        let mut child = Command::new(binary())
            .args(["history", "--server", &url, "--format", "json"])
            .env("SIGEYI_TOKEN", &self.tokens.manager)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary starts");
        let mut stdin = child.stdin.take().expect("it is piped");
        stdin.write_all(number().as_bytes()).expect("it reads its input");
        self.processes();
        drop(stdin);
        let output = child.wait_with_output().expect("it ends");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        self.search.finds_nothing(&output.stderr, "what the command line says");
        let printed = String::from_utf8(output.stdout).expect("it prints UTF-8");
        assert!(printed.contains(OFFICE), "{printed}");
        self.search.finds_nothing(
            printed.replace(OFFICE, "").as_bytes(),
            "what the command line prints of a server",
        );
    }

    #[track_caller]
    pub(crate) fn says_nothing(&self, output: Output, what: &str) {
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        self.search.finds_nothing(&[output.stdout, output.stderr].concat(), what);
    }

    pub(crate) fn figures(&self) {
        let head = format!(
            "GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{}\r\n",
            bearer(&self.tokens.operator)
        );
        let answer = self.send("metrics", head.as_bytes());
        assert!(answer.contains("\nsigeyi_people 3.0\n"), "{answer}");
    }

    /// Arguments of every process of the machine, and the surroundings of the server.
    pub(crate) fn processes(&self) {
        for entry in fs::read_dir("/proc").expect("there are processes") {
            let path = entry.expect("it can be read").path();
            // Of those that have ended meanwhile nothing can be read.
            let arguments = fs::read(path.join("cmdline")).unwrap_or_default();
            self.search.finds_nothing(&arguments, "the arguments of a process");
        }
        let server = PathBuf::from(format!("/proc/{}", self.server().process()));
        assert!(!fs::read(server.join("cmdline")).expect("it runs").is_empty());
        self.search.finds_nothing(&fs::read(server.join("environ")).expect("it is ours"), "its environment");
    }

    pub(crate) fn restart(&mut self) {
        self.stop();
        self.server = Some(serve(&self.data));
    }

    fn server(&self) -> &Server {
        self.server.as_ref().expect("it runs")
    }

    fn stop(&mut self) {
        let server = self.server.take().expect("it runs");
        server.signal("TERM");
        let (status, said) = server.ended();
        assert!(status.success(), "{said}");
        assert!(said.lines().count() > 5, "there is a line for each request: {said}");
        self.search.finds_nothing(said.as_bytes(), "the server's log");
    }

    pub(crate) fn erase(&mut self, person: &str) {
        let ground = json!({ "ground": "CONSENT_WITHDRAWN", "reason": ERASING });
        self.record("requestErasure", person, ground);
        let second = self.tokens.second.clone();
        let erased = self.command(&second, "eraseData", person, json!({ "reason": ERASING }));
        assert_eq!(erased["__typename"], "Recorded", "{erased}");
    }

    /// Nobody is shown any more.
    pub(crate) fn questions_of_nobody(&self, person: &str) {
        let query =
            "query($id: ID!, $n: String!) { person(id: $id) { id } personByCertificate(number: $n) { id } }";
        let found = self.ask(&self.tokens.manager, query, json!({ "id": person, "n": number() }));
        assert_eq!(found["data"], json!({ "person": null, "personByCertificate": null }));
    }

    pub(crate) fn end(mut self) -> Search {
        self.stop();
        self.search
    }
}

pub(crate) fn bearer(token: &str) -> String {
    format!("Authorization: Bearer {token}\r\n")
}

pub(crate) fn post(path: &str, token: &str, media: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: {media}\r\nContent-Length: {}\r\n{}\r\n",
        body.len(),
        bearer(token)
    );
    [head.as_bytes(), body].concat()
}
