//! What is wrong and has the person's data in it: nothing of it is repeated.

use serde_json::{Value, json};

use super::{
    NAME, PHONE, REMARK, number,
    story::{Story, bearer, post},
};

pub(crate) fn requests(story: &Story, person: &str) {
    documents(story);
    variables(story, person);
    bodies(story);
    addresses_and_headers(story);
    imports(story);
    messages(story);
}

/// Words of GraphQL that hold it where no value belongs.
fn documents(story: &Story) {
    let number = number();
    for document in [
        format!("{{ person(id: \"{number}\") {{ id }} }}"),
        format!("{{ person(id: {number}) {{ id }} }}"),
        format!("{{ person(id: {NAME}) {{ id }} }}"),
        format!("{{ {NAME} }}"),
        format!("{{ people(after: \"{number}\") {{ nodes {{ id }} }} }}"),
        format!("{{ people(after: \"{NAME}\") {{ nodes {{ id }} }} }}"),
        format!("{{ people(filter: {{ counsellor: \"{NAME}\" }}) {{ nodes {{ id }} }} }}"),
        format!("{{ people(filter: {{ waitingSince: \"{NAME}\" }}) {{ nodes {{ id }} }} }}"),
        format!("{{ people(filter: {{ missing: [\"{NAME}\"] }}) {{ nodes {{ id }} }} }}"),
        format!("{{ people(first: \"{PHONE}\") {{ nodes {{ id }} }} }}"),
        format!("{{ people(first: {PHONE}) {{ nodes {{ id }} }} }}"),
        format!("{{ region(code: \"{number}\") {{ name }} }}"),
        format!("{{ progress(asOf: \"{NAME}\") {{ registered }} }}"),
        format!("{{ progress(plan: \"{NAME}\") {{ registered }} }}"),
        format!("{{ progress(knownAt: {{ moment: \"{number}\" }}) {{ registered }} }}"),
        format!("{{ event(position: \"{number}\") {{ type }} }}"),
        format!("{{ events(after: \"{NAME}\") {{ nodes {{ type }} }} }}"),
        format!("{{ accessByUser(actor: \"{NAME}\") {{ nodes {{ at }} }} }}"),
        format!("{{ accessOfPerson(id: \"{number}\", after: \"{NAME}\") {{ nodes {{ at }} }} }}"),
        format!("{{ personByCertificate(number: \"{NAME}\") {{ id }} }}"),
        format!("{{ personByCertificate(number: \"{}\") {{ id }} }}", &number[..19]),
        format!("{{ personByCertificate(number: \"{number}\" {{ id }} }}"),
        format!("{{ personByCertificate(number: \"\"\"{number}\"\"\", x: \"{NAME}\") {{ id }} }}"),
        format!("# {number}\n{{ head {{ {PHONE} }} }}"),
        format!("query($x: String = {number}) {{ personByCertificate(number: $x) {{ id }} }}"),
        format!("query($x: Int = \"{NAME}\") {{ people(first: $x) {{ nodes {{ id }} }} }}"),
        format!("{{ head @include(if: \"{NAME}\") {{ position }} }}"),
        format!("\"{NAME}"),
    ] {
        story.ask(&story.tokens.manager, &document, Value::Null);
    }
}

/// Variables of another type, and inputs that are refused by rule.
fn variables(story: &Story, person: &str) {
    let number = number();
    let manager = &story.tokens.manager;
    let person_by_id = "query($id: ID!) { person(id: $id) { id } }";
    for id in [
        json!([number]),
        json!({ "number": number }),
        json!({ number.clone(): NAME }),
        json!(number),
        json!(NAME),
    ] {
        story.ask(manager, person_by_id, json!({ "id": id }));
    }
    story.ask(manager, person_by_id, json!({ "id": person, number.clone(): NAME, NAME: number }));
    story.ask(
        manager,
        "query($f: PeopleFilter) { people(filter: $f) { nodes { id } } }",
        json!({ "f": { NAME: number } }),
    );
    story.ask(
        manager,
        "query($f: PeopleFilter) { people(filter: $f) { nodes { id } } }",
        json!({ "f": { "region": NAME, "missing": NAME, "inScope": number } }),
    );
    let enrol = "mutation($i: EnrolPersonInput!) { enrolPerson(input: $i) { __typename ... on Rejected { code message field } } }";
    let right = json!({ "commandId": "00000000-0000-4000-8000-888888888888", "name": NAME, "certificate": number, "region": "150103",
        "employment": { "notEmployed": "NO_SKILLS" }, "phone": PHONE });
    for (field, value) in [
        ("commandId", json!(number)),
        ("name", json!(NAME.repeat(20))),
        ("name", json!([NAME])),
        ("certificate", json!(&number[..19])),
        ("certificate", json!(format!("{}99", &number[..18]))),
        ("region", json!(number)),
        ("region", json!(NAME)),
        ("employment", json!({ "employed": NAME })),
        ("employment", json!({ NAME: number })),
        ("phone", json!(PHONE.repeat(9))),
        ("effectiveOn", json!(number)),
        ("origin", json!(NAME)),
    ] {
        let mut input = right.clone();
        input[field] = value;
        let answer = story.ask(manager, enrol, json!({ "i": input }));
        assert!(answer.to_string().contains("code"), "it is refused: {answer}");
    }
    let reveal = "mutation($i: RevealPersonalDataInput!) { revealPersonalData(input: $i) { __typename ... on Rejected { code message field } } }";
    for input in [
        json!({ "personId": number, "fields": ["NAME"], "purpose": "MANAGEMENT", "reason": REMARK }),
        json!({ "personId": person, "fields": [NAME], "purpose": "MANAGEMENT", "reason": REMARK }),
        json!({ "personId": person, "fields": ["NAME"], "purpose": number, "reason": REMARK }),
        json!({ "personId": person, "fields": ["NAME"], "purpose": "MANAGEMENT", "reason": REMARK.repeat(99) }),
    ] {
        story.ask(manager, reveal, json!({ "i": input }));
    }
    let glass = "mutation($i: BreakTheGlassInput!) { breakTheGlass(input: $i) { __typename ... on Rejected { code message field } } }";
    story.ask(
        manager,
        glass,
        json!({ "i": { "target": { "region": number }, "purpose": "MANAGEMENT", "reason": REMARK } }),
    );
}

/// Bodies that are no request.
fn bodies(story: &Story) {
    let (number, manager) = (number(), &story.tokens.manager);
    for body in [
        number.clone(),
        format!("\"{NAME}\""),
        format!("{{\"query\":{number}}}"),
        format!("{{\"query\":\"{{ head {{ position }} }}\",\"operationName\":\"{number}\"}}"),
        format!("{{\"query\":\"{{ head {{ position }} }}\",\"operationName\":[\"{NAME}\"]}}"),
        format!("{{\"query\":\"{{ head {{ position }} }}\",\"variables\":\"{number}\"}}"),
        format!("{{\"query\":\"{{ head {{ position }} }}\",\"extensions\":\"{NAME}\"}}"),
        format!("{{\"{NAME}\":\"{number}\"}}"),
        format!("[\"{NAME}\", {number}"),
        format!("{{\"query\":\"{NAME}\\u12"),
    ] {
        story.send("a body", &post("/graphql", manager, "application/json", body.as_bytes()));
    }
    let body = format!("{{\"query\":\"{{ head {{ position }} }} # {NAME}\"}}");
    story.send("another media type", &post("/graphql", manager, &number, body.as_bytes()));
}

/// Addresses that hold it, and headers.
fn addresses_and_headers(story: &Story) {
    let (number, manager) = (number(), bearer(&story.tokens.manager));
    let encoded: String = NAME.bytes().map(|byte| format!("%{byte:02X}")).collect();
    for target in [
        format!("/{number}"),
        format!("/{encoded}"),
        format!("/graphql?query=%7Bperson(id:%22{number}%22)%7Bid%7D%7D"),
        format!("/graphql?query=%7B{encoded}%7D&operationName={number}"),
        format!("/graphql?query=%7Bhead%7Bposition%7D%7D&variables={encoded}"),
        format!("/imports?source={encoded}"),
        format!("/metrics?{number}"),
        format!("/readyz/{number}"),
    ] {
        for method in ["GET", "POST", "DELETE"] {
            let request = format!(
                "{method} {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 0\r\n{manager}\r\n"
            );
            story.send(&format!("{method} of an address"), request.as_bytes());
        }
    }
    for header in [
        format!("Authorization: Bearer {number}\r\n"),
        format!("Authorization: Basic {number}\r\n"),
        format!("{manager}X-Request-Id: {number}\r\n"),
        format!("{manager}Origin: http://{number}\r\n"),
        format!("{manager}Accept: application/{number}\r\n"),
        format!("{manager}Content-Encoding: {number}\r\n"),
        format!(
            "{manager}User-Agent: {number}\r\nReferer: http://localhost/{number}\r\nCookie: n={number}\r\n"
        ),
        format!("{manager}{number}: {number}\r\n"),
        format!("{manager}Transfer-Encoding: {number}\r\n"),
    ] {
        let body = "{\"query\":\"{ head { position } }\"}";
        let request = format!(
            "POST /graphql HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {}\r\n{header}\r\n{body}",
            body.len()
        );
        story.send("a header", request.as_bytes());
    }
    story.send(
        "another host",
        format!("GET /healthz HTTP/1.1\r\nHost: {number}\r\nConnection: close\r\n\r\n").as_bytes(),
    );
    story.send("no request", format!("{number} / HTTP/1.1\r\n\r\n").as_bytes());
    story.send("no version", format!("GET / {number}\r\n\r\n").as_bytes());
}

/// Rows over the wire.
fn imports(story: &Story) {
    let (number, importer) = (number(), &story.tokens.importer);
    for rows in [
        format!(
            "{{\"file\":\"roster\",\"line\":2,\"name\":\"{NAME}\",\"certificate\":\"{}\",\"region\":\"150102\",\"phone\":\"{PHONE}\",\"status\":\"{REMARK}\",\"registeredOn\":\"{number}\"}}\n",
            &number[..19]
        ),
        format!(
            "{{\"file\":\"records\",\"line\":2,\"serial\":\"{number}\",\"certificate\":\"{number}\",\"item\":\"{NAME}\",\"date\":\"1931-02-17\",\"outcome\":\"{REMARK}\"}}\n"
        ),
        format!("{{\"file\":\"{NAME}\",\"line\":2}}\n"),
        format!("{{\"file\":\"roster\",\"line\":\"{number}\"}}\n"),
        format!("{{\"file\":\"roster\",\"line\":2,\"{NAME}\":1}}\n"),
        format!("{NAME}\n"),
    ] {
        story.send("rows", &post("/imports?source=s", importer, "application/x-ndjson", rows.as_bytes()));
    }
}

/// Messages that do not fit the protocol, each over a socket of its own, to its end.
fn messages(story: &Story) {
    let number = number();
    let subscribe = |payload: Value| json!({ "type": "subscribe", "id": "1", "payload": payload });
    let query = "{ head { position } }";
    for message in [
        json!(number),
        json!({ "type": number }),
        json!({ "type": NAME }),
        json!({ "type": { NAME: number } }),
        json!({ "type": "subscribe", "id": { NAME: number } }),
        json!({ "type": "subscribe", "id": "1", "payload": NAME }),
        subscribe(json!({ "query": { NAME: number } })),
        subscribe(json!({ "query": query, "operationName": [NAME] })),
        subscribe(json!({ "query": query, "variables": number })),
        subscribe(json!({ "query": query, "variables": NAME })),
        subscribe(json!({ "query": query, "extensions": NAME })),
        json!({ "type": "connection_init", "payload": { "authorization": number } }),
    ] {
        let mut socket = story.socket();
        socket.say(&message);
        story.search.finds_nothing(&socket.drain(), &format!("the answer to the message {message}"));
    }
    // These are answered and the socket stays open.
    for payload in [
        json!({ "query": format!("{{ person(id: \"{number}\") {{ {NAME} }} }}") }),
        json!({ "query": query, "operationName": number }),
        json!({ "query": "query($id: ID!) { person(id: $id) { id } }", "variables": { "id": [NAME] } }),
    ] {
        let mut socket = story.socket();
        socket.say(&subscribe(payload));
        let message = socket.next().expect("it answers");
        assert_eq!(message["type"], "error", "{message}");
        story.search.finds_nothing(&socket.heard, "an error over a socket");
    }
}
