//! The types of the schema as the checks of variables and arguments need them, read once from the schema's own language.

use std::collections::{HashMap, HashSet};

use async_graphql::{
    Name, Positioned,
    parser::{
        parse_schema,
        types::{
            BaseType, FieldDefinition, InputValueDefinition, OperationType, Type, TypeKind,
            TypeSystemDefinition,
        },
    },
};

use crate::executor::ScalarRule;

/// A value that a field or an input object takes.
#[derive(Debug)]
pub(super) struct Input {
    pub(super) name: Name,
    pub(super) ty: Type,
    pub(super) has_default: bool,
}

impl Input {
    /// Whether it may be left out.
    pub(super) fn is_optional(&self) -> bool {
        self.ty.nullable || self.has_default
    }
}

/// What a named input type takes.
#[derive(Debug)]
pub(super) enum InputType {
    Int,
    Float,
    Text,
    Boolean,
    Id,
    /// A scalar of the schema's own, with what it takes; none where it takes anything.
    Custom(Option<&'static ScalarRule>),
    Enumeration(HashSet<Name>),
    Object {
        one_of: bool,
        fields: Vec<Input>,
    },
}

/// A field of an output type.
#[derive(Debug)]
pub(super) struct Field {
    pub(super) arguments: Vec<Input>,
    /// The type of its value, without lists.
    pub(super) ty: Name,
}

/// All types, by name.
#[derive(Debug)]
pub(super) struct SchemaTypes {
    inputs: HashMap<Name, InputType>,
    fields: HashMap<Name, HashMap<Name, Field>>,
    directives: HashMap<Name, Vec<Input>>,
    roots: [Option<Name>; 3],
}

/// The schema's language was not understood.
#[derive(Debug, thiserror::Error)]
#[error("the schema cannot be read back: {0}")]
pub(super) struct Unreadable(#[from] async_graphql::parser::Error);

impl SchemaTypes {
    /// From the schema's language, and what its own scalars take.
    pub(super) fn read(sdl: &str, rules: &'static [ScalarRule]) -> Result<SchemaTypes, Unreadable> {
        let built_in = [
            ("Int", InputType::Int),
            ("Float", InputType::Float),
            ("String", InputType::Text),
            ("Boolean", InputType::Boolean),
            ("ID", InputType::Id),
        ];
        let scalars = built_in.into_iter().map(|(name, ty)| (Name::new(name), ty)).collect();
        let mut types = SchemaTypes {
            inputs: scalars,
            fields: HashMap::new(),
            directives: HashMap::new(),
            roots: [None, None, None],
        };
        for definition in parse_schema(sdl)?.definitions {
            match definition {
                TypeSystemDefinition::Schema(schema) => {
                    let roots = [schema.node.query, schema.node.mutation, schema.node.subscription];
                    types.roots = roots.map(|root| root.map(|name| name.node));
                }
                TypeSystemDefinition::Type(definition) => {
                    let one_of = definition.node.directives.iter().any(|it| it.node.name.node == "oneOf");
                    types.add(definition.node.name.node, definition.node.kind, one_of, rules);
                }
                TypeSystemDefinition::Directive(directive) => {
                    types.directives.insert(directive.node.name.node, inputs(directive.node.arguments));
                }
            }
        }
        Ok(types)
    }

    /// The input type of this name.
    pub(super) fn input(&self, name: &str) -> Option<&InputType> {
        self.inputs.get(name)
    }

    /// The field of an output type.
    pub(super) fn field(&self, ty: &str, field: &str) -> Option<&Field> {
        self.fields.get(ty)?.get(field)
    }

    /// The arguments of a directive.
    pub(super) fn directive(&self, name: &str) -> Option<&[Input]> {
        self.directives.get(name).map(Vec::as_slice)
    }

    /// The type at the root of an operation.
    pub(super) fn root(&self, kind: OperationType) -> Option<&Name> {
        let [query, mutation, subscription] = &self.roots;
        match kind {
            OperationType::Query => query.as_ref(),
            OperationType::Mutation => mutation.as_ref(),
            OperationType::Subscription => subscription.as_ref(),
        }
    }

    fn add(&mut self, name: Name, kind: TypeKind, one_of: bool, rules: &'static [ScalarRule]) {
        match kind {
            TypeKind::Scalar => {
                let rule = rules.iter().find(|rule| name == rule.name);
                self.inputs.entry(name).or_insert(InputType::Custom(rule));
            }
            TypeKind::Enum(enumeration) => {
                let values = enumeration.values.into_iter().map(|value| value.node.value.node).collect();
                self.inputs.insert(name, InputType::Enumeration(values));
            }
            TypeKind::InputObject(object) => {
                self.inputs.insert(name, InputType::Object { one_of, fields: inputs(object.fields) });
            }
            TypeKind::Object(object) => {
                self.fields.insert(name, fields(object.fields));
            }
            TypeKind::Interface(interface) => {
                self.fields.insert(name, fields(interface.fields));
            }
            // A union has no fields of its own.
            TypeKind::Union(_) => {}
        }
    }
}

fn fields(definitions: Vec<Positioned<FieldDefinition>>) -> HashMap<Name, Field> {
    definitions
        .into_iter()
        .map(|it| {
            (
                it.node.name.node,
                Field { arguments: inputs(it.node.arguments), ty: innermost(it.node.ty.node) },
            )
        })
        .collect()
}

fn inputs(definitions: Vec<Positioned<InputValueDefinition>>) -> Vec<Input> {
    definitions
        .into_iter()
        .map(|it| Input {
            name: it.node.name.node,
            ty: it.node.ty.node,
            has_default: it.node.default_value.is_some(),
        })
        .collect()
}

fn innermost(ty: Type) -> Name {
    match ty.base {
        BaseType::Named(name) => name,
        BaseType::List(item) => innermost(*item),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schema_is_read_back() {
        let types = SchemaTypes::read(
            r#"
            """Some text."""
            scalar Date
            enum Kind { ONE @deprecated(reason: "old") TWO }
            input Filter { day: Date! kinds: [Kind!] = [ONE] }
            input Which @oneOf { id: ID name: String }
            type Query { people(filter: Filter!, first: Int! = 20): [[Person!]!] }
            interface Named { name(short: Boolean): String }
            type Person implements Named { name(short: Boolean): String }
            union Any = Person
            directive @oneOf on INPUT_OBJECT
            schema { query: Query }
            "#,
            &[],
        )
        .unwrap();
        assert!(matches!(types.input("Date"), Some(InputType::Custom(None))));
        assert!(matches!(types.input("Kind"), Some(InputType::Enumeration(values)) if values.len() == 2));
        assert!(matches!(types.input("Which"), Some(InputType::Object { one_of: true, .. })));
        let Some(InputType::Object { one_of: false, fields }) = types.input("Filter") else { panic!() };
        assert!(!fields[0].is_optional() && fields[1].is_optional());
        let people = types.field("Query", "people").unwrap();
        assert_eq!(people.ty, "Person");
        assert!(!people.arguments[0].is_optional() && people.arguments[1].is_optional());
        assert!(types.field("Named", "name").is_some() && types.field("Any", "name").is_none());
        assert_eq!(types.root(OperationType::Query).map(Name::as_str), Some("Query"));
        assert_eq!(types.root(OperationType::Mutation), None);
        assert!(SchemaTypes::read("type {", &[]).is_err());
    }
}
