//! The contract with front ends.

use sigeyi_domain::EventType;

/// What is written stands in `schema/schema.graphql`; `SIGEYI_WRITE_SCHEMA=1 cargo test -p sigeyi-gateway` writes it anew.
#[test]
fn the_schema_is_the_one_on_file() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../schema/schema.graphql");
    let sdl = crate::sdl();
    if std::env::var_os("SIGEYI_WRITE_SCHEMA").is_some() {
        std::fs::write(path, &sdl).unwrap();
    }
    let on_file = std::fs::read_to_string(path).unwrap();
    assert!(
        on_file == sdl,
        "schema/schema.graphql is not the code's schema: write it anew and look at the difference"
    );
}

/// `schema/codes.json` is written anew in the same way.
#[test]
fn the_lists_of_codes_are_those_on_file() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../schema/codes.json");
    let lists = crate::code_lists_json();
    if std::env::var_os("SIGEYI_WRITE_SCHEMA").is_some() {
        std::fs::write(path, &lists).unwrap();
    }
    let on_file = std::fs::read_to_string(path).unwrap();
    assert!(on_file == lists, "schema/codes.json is not what the code has: write it anew");
}

/// A message for each type, by the name that streams give it.
#[test]
fn the_document_of_the_streams_has_every_type() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../schema/asyncapi.yaml");
    let document = std::fs::read_to_string(path).unwrap();
    let named: Vec<&str> = document
        .lines()
        .filter_map(|line| line.trim().strip_prefix("name: sigeyi.")?.strip_suffix(".v1"))
        .collect();
    let types: Vec<&str> = EventType::ALL.iter().map(|event| event.name()).chain(["Withheld"]).collect();
    assert_eq!(named, types, "schema/asyncapi.yaml");
}

#[test]
fn every_field_argument_and_value_is_described_and_those_of_the_field_in_chinese() {
    let document = async_graphql::parser::parse_schema(crate::sdl()).unwrap();
    let mut bare = Vec::new();
    for definition in document.definitions {
        let async_graphql::parser::types::TypeSystemDefinition::Type(definition) = definition else {
            continue;
        };
        let definition = definition.node;
        let name = definition.name.node.to_string();
        if definition.description.is_none() && !["Mutation", "Query", "Subscription"].contains(&name.as_str())
        {
            bare.push(name.clone());
        }
        use async_graphql::parser::types::TypeKind as Kind;
        match definition.kind {
            Kind::Object(object) => {
                for field in object.fields {
                    let field = field.node;
                    if field.description.is_none() {
                        bare.push(format!("{name}.{}", field.name.node));
                    }
                    for argument in field.arguments {
                        if argument.node.description.is_none() {
                            bare.push(format!("{name}.{}({})", field.name.node, argument.node.name.node));
                        }
                    }
                }
            }
            Kind::InputObject(input) => {
                for field in input.fields {
                    if field.node.description.is_none() {
                        bare.push(format!("{name}.{}", field.node.name.node));
                    }
                }
            }
            Kind::Enum(list) => {
                for value in list.values {
                    if value.node.description.is_none() {
                        bare.push(format!("{name}.{}", value.node.value.node));
                    }
                }
            }
            Kind::Scalar | Kind::Interface(_) | Kind::Union(_) => {}
        }
    }
    assert!(bare.is_empty(), "without a description: {bare:#?}");
}

/// A field that must not be null takes everything beside it away when it fails.
#[test]
fn whatever_can_fail_may_be_null() {
    use async_graphql::parser::types::{TypeKind, TypeSystemDefinition};
    /// These look at nothing that could be missing.
    const CANNOT_FAIL: [&str; 3] = ["Query.plans", "Query.codeLists", "Query.me"];
    let document = async_graphql::parser::parse_schema(crate::sdl()).unwrap();
    let mut can_be_null = Vec::new();
    for definition in document.definitions {
        let TypeSystemDefinition::Type(definition) = definition else { continue };
        let owner = definition.node.name.node.to_string();
        let TypeKind::Object(object) = definition.node.kind else { continue };
        for field in object.fields {
            let name = format!("{owner}.{}", field.node.name.node);
            if field.node.ty.node.nullable {
                can_be_null.push(name);
            } else if owner == "Query" || owner == "Mutation" {
                assert!(CANNOT_FAIL.contains(&name.as_str()), "{name}");
            }
        }
    }
    // What reads the log or opens what is sealed, below the root.
    for name in
        ["Recorded.events", "Recorded.person", "Person.history", "Person.maskedName", "Person.pipeline"]
    {
        assert!(can_be_null.iter().any(|it| it == name), "{name}");
    }
}

#[test]
fn every_scalar_that_is_sent_has_a_rule() {
    let document = async_graphql::parser::parse_schema(crate::sdl()).unwrap();
    use async_graphql::parser::types::{TypeKind, TypeSystemDefinition};
    for definition in document.definitions {
        let TypeSystemDefinition::Type(definition) = definition else { continue };
        let name = definition.node.name.node.to_string();
        // JSON is only given.
        if matches!(definition.node.kind, TypeKind::Scalar) && name != "JSON" {
            assert!(crate::schema::SCALARS.iter().any(|rule| rule.name == name), "{name}");
        }
    }
}

#[test]
fn the_steps_and_the_event_types_carry_their_chinese_terms() {
    let sdl = crate::sdl();
    for step in sigeyi_domain::Step::ALL {
        assert!(sdl.contains(step.label()), "{}", step.label());
    }
    for event in EventType::ALL {
        assert!(sdl.contains(event.label()), "{}", event.label());
    }
}

#[test]
fn the_examples_of_the_page_fit_the_schema() {
    let text = include_str!("../../assets/graphiql/examples.graphql");
    let document = async_graphql::parser::parse_query(text).unwrap();
    assert!(document.operations.iter().count() > 3);
    let graph = crate::executor::Graph::new(crate::gateway::build);
    let found = crate::executor::Executor::validate(&graph, &document);
    assert!(found.is_ok(), "{found:?}");
}
