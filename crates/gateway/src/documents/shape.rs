//! The limits of a parsed document that the library has not. Each fragment is measured once, however often it is spread, so that
//! a short document cannot make the measuring long, nor the validation after it.

use std::collections::HashMap;

use async_graphql::{
    Positioned, ServerError,
    parser::types::{Directive, ExecutableDocument, OperationType, Selection, SelectionSet},
};

use crate::{codes::Code, limits::Limits};

/// Whether a document keeps the limits.
pub(super) fn measure(document: &ExecutableDocument, limits: &Limits) -> Result<(), ServerError> {
    let mut measuring = Measuring { document, limits, fragments: HashMap::new(), aliases: 0 };
    for name in document.fragments.keys() {
        measuring.fragment(name, 0)?;
    }
    let mut selections = 0_usize;
    for (_, operation) in document.operations.iter() {
        measuring.directives(&operation.node.directives)?;
        for variable in &operation.node.variable_definitions {
            measuring.directives(&variable.node.directives)?;
        }
        let shape = measuring.selections(&operation.node.selection_set.node, 0)?;
        if shape.fields > limits.root_fields_max {
            return Err(too_many(Code::TooManyRootFields, "fields at its root", limits.root_fields_max));
        }
        if operation.node.ty == OperationType::Subscription && shape.fields != 1 {
            return Err(Code::ValidationError
                .error("a subscription has one field at its root: subscribe to each on its own"));
        }
        selections = selections.saturating_add(shape.selections);
    }
    if selections > limits.selections_max {
        return Err(too_many(Code::TooComplex, "selections, fragments included", limits.selections_max));
    }
    Ok(())
}

/// The size of a selection set, with the fragments that it spreads.
#[derive(Debug, Clone, Copy, Default)]
struct Shape {
    /// Fields at its top.
    fields: usize,
    /// Selections at any depth.
    selections: usize,
    /// Fields inside each other.
    depth: usize,
    /// Selection sets inside each other, those of fragments as well.
    nesting: usize,
}

struct Measuring<'a> {
    document: &'a ExecutableDocument,
    limits: &'a Limits,
    /// Nothing while a fragment is being measured: whoever meets it then is inside it.
    fragments: HashMap<&'a str, Option<Shape>>,
    aliases: usize,
}

impl<'a> Measuring<'a> {
    fn selections(&mut self, set: &'a SelectionSet, level: usize) -> Result<Shape, ServerError> {
        let mut shape = Shape::default();
        for selection in &set.items {
            self.directives(selection.node.directives())?;
            let (inner, is_field) = match &selection.node {
                Selection::Field(field) => {
                    self.may_be_asked(field.node.name.node.as_str())?;
                    self.aliases += usize::from(field.node.alias.is_some());
                    if self.aliases > self.limits.aliases_max {
                        return Err(too_many(Code::TooManyAliases, "aliases", self.limits.aliases_max));
                    }
                    (self.inside(&field.node.selection_set.node, level)?, true)
                }
                Selection::InlineFragment(fragment) => {
                    (self.inside(&fragment.node.selection_set.node, level)?, false)
                }
                Selection::FragmentSpread(spread) => {
                    (self.fragment(&spread.node.fragment_name.node, level + 1)?, false)
                }
            };
            let fields = if is_field { 1 } else { inner.fields };
            shape = Shape {
                fields: shape.fields.saturating_add(fields),
                selections: shape.selections.saturating_add(inner.selections).saturating_add(1),
                depth: shape.depth.max(inner.depth + usize::from(is_field)),
                nesting: shape.nesting.max(inner.nesting + 1),
            };
        }
        if shape.depth > self.limits.depth_max {
            return Err(too_many(Code::TooDeep, "fields inside each other", self.limits.depth_max));
        }
        Ok(shape)
    }

    fn inside(&mut self, set: &'a SelectionSet, level: usize) -> Result<Shape, ServerError> {
        if level >= self.limits.nesting_max() {
            return Err(self.nested());
        }
        self.selections(set, level + 1)
    }

    fn fragment(&mut self, name: &'a str, level: usize) -> Result<Shape, ServerError> {
        // Validation tells of a fragment that is not there.
        let Some(definition) = self.document.fragments.get(name) else { return Ok(Shape::default()) };
        let shape = match self.fragments.get(name) {
            Some(Some(shape)) => *shape,
            Some(None) => {
                let message = "a fragment spreads itself, directly or through others: take the spread out";
                return Err(Code::ValidationError.error(message));
            }
            None if level > self.limits.nesting_max() => return Err(self.nested()),
            None => {
                self.fragments.insert(name, None);
                self.directives(&definition.node.directives)?;
                let shape = self.selections(&definition.node.selection_set.node, level)?;
                self.fragments.insert(name, Some(shape));
                shape
            }
        };
        if level.saturating_add(shape.nesting) > self.limits.nesting_max() {
            Err(self.nested())
        } else {
            Ok(shape)
        }
    }

    fn directives(&self, directives: &[Positioned<Directive>]) -> Result<(), ServerError> {
        if directives.len() > self.limits.directives_max {
            let what = "directives at one place";
            return Err(too_many(Code::TooManyDirectives, what, self.limits.directives_max));
        }
        Ok(())
    }

    /// `__typename` says nothing that the document does not say itself.
    fn may_be_asked(&self, field: &str) -> Result<(), ServerError> {
        match field {
            "__schema" | "__type" if !self.limits.introspection => Err(Code::IntrospectionOff.error(
                "this server does not say what its schema is: take it from where its front ends have it",
            )),
            _ => Ok(()),
        }
    }

    fn nested(&self) -> ServerError {
        too_many(Code::TooDeep, "selections inside each other, fragments included", self.limits.nesting_max())
    }
}

fn too_many(code: Code, what: &str, max: usize) -> ServerError {
    code.error(format!("the document has more than {max} {what}: ask for less, or in several requests"))
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;

    use super::*;
    use crate::codes::code_of;

    fn refusal(text: &str) -> Option<String> {
        let limits = Limits { depth_max: 4, aliases_max: 2, root_fields_max: 3, ..Limits::default() };
        let limits = Limits { selections_max: 12, directives_max: 2, ..limits };
        let error = measure(&parse_query(text).unwrap(), &limits).err()?;
        Some(code_of(&error).unwrap().to_owned())
    }

    fn refused(text: &str, code: &str) {
        assert_eq!(refusal(text).as_deref(), Some(code), "{text}");
    }

    #[test]
    fn what_keeps_the_limits_passes() {
        for text in [
            "{ a b c }",
            "{ a { b { c { d } } } }",
            "{ x: a y: b }",
            "{ a @p @q }",
            "{ ...F } fragment F on Query { a b c }",
            "{ a { b c d e f g h i j k l } }",
            "subscription { a }",
            "{ a(x: { b: { c: { d: { e: 1 } } } }) }",
        ] {
            assert_eq!(refusal(text), None, "{text}");
        }
    }

    #[test]
    fn each_limit_has_its_code() {
        refused("{ a b c d }", "TOO_MANY_ROOT_FIELDS");
        refused(
            "{ ...F } fragment F on Query { a b ...G } fragment G on Query { c d }",
            "TOO_MANY_ROOT_FIELDS",
        );
        refused("{ ... { a b } ... on Query { c d } }", "TOO_MANY_ROOT_FIELDS");
        refused("query A { a } query B { a b c d }", "TOO_MANY_ROOT_FIELDS");
        refused("{ a { b { c { d { e } } } } }", "TOO_DEEP");
        refused("{ a { b { ...F } } } fragment F on Query { c { d { e } } }", "TOO_DEEP");
        refused("{ x: a y: b z: c }", "TOO_MANY_ALIASES");
        refused("{ x: a ...F } fragment F on Query { y: b z: c }", "TOO_MANY_ALIASES");
        refused("{ a { b c d e f g h i j k l m } }", "TOO_COMPLEX");
        refused("query A { a { b c d e f } } query B { a { b c d e f } } query C { a }", "TOO_COMPLEX");
        refused("subscription { a b }", "VALIDATION_ERROR");
        refused("subscription { ...F } fragment F on S { a b }", "VALIDATION_ERROR");
    }

    #[test]
    fn directives_are_counted_at_every_place() {
        for text in [
            "query @a @b @c { x }",
            "query ($v: Int @a @b @c) { x }",
            "{ x @a @b @c }",
            "{ x { y @a @b @c } }",
            "{ ... @a @b @c { x } }",
            "{ ...F @a @b @c } fragment F on Query { x }",
            "{ ...F } fragment F on Query @a @b @c { x }",
        ] {
            refused(text, "TOO_MANY_DIRECTIVES");
        }
    }

    #[test]
    fn fragments_that_spread_themselves_are_found() {
        refused("{ ...F } fragment F on Query { a ...F }", "VALIDATION_ERROR");
        refused("{ ...F } fragment F on Query { a ...G } fragment G on Query { ...F }", "VALIDATION_ERROR");
        refused("{ a } fragment F on Query { b { ...F } }", "VALIDATION_ERROR");
    }

    #[test]
    fn selection_sets_that_are_no_fields_nest_too() {
        let nested = |levels: usize| format!("{{ {} a {} }}", "... {".repeat(levels), "}".repeat(levels));
        assert_eq!(refusal(&nested(7)), None);
        refused(&nested(9), "TOO_DEEP");
        let chain = |length: usize| {
            let links: String =
                (0..length).map(|link| format!("fragment F{link} on Q {{ ...F{} }} ", link + 1)).collect();
            format!("{{ ...F0 }} {links} fragment F{length} on Q {{ a }}")
        };
        assert_eq!(refusal(&chain(6)), None);
        refused(&chain(9), "TOO_DEEP");
        refused(&chain(400), "TOO_DEEP");
    }

    #[test]
    fn fragments_that_double_at_every_step_are_measured_at_once() {
        let links: String = (0..30)
            .map(|link| format!("fragment F{link} on Q {{ ...F{next} ...F{next} }} ", next = link + 1))
            .collect();
        let text = format!("{{ a {{ ...F0 }} }} {links} fragment F30 on Q {{ a }}");
        let document = parse_query(&text).unwrap();
        let limits = Limits { depth_max: 64, ..Limits::default() };
        let begun = std::time::Instant::now();
        let error = measure(&document, &limits).unwrap_err();
        assert_eq!(code_of(&error), Some("TOO_COMPLEX"));
        assert!(begun.elapsed() < std::time::Duration::from_millis(50));
    }
}
