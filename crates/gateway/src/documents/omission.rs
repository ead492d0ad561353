//! Variables that were left out, in a document that is about to run: an argument that is such a variable counts as left out itself, so
//! that its default holds. The library would take null for it.

use async_graphql::{
    Name, Variables,
    parser::types::{DocumentOperations, ExecutableDocument, OperationDefinition, Selection, SelectionSet},
};
use async_graphql_value::Value;

/// Takes these arguments, and fields of input objects, out of a document of one operation.
pub(super) fn leave_out(document: &mut ExecutableDocument, variables: &Variables) {
    let DocumentOperations::Single(operation) = &mut document.operations else { return };
    let absent = absent(&operation.node, variables);
    if absent.is_empty() {
        return;
    }
    from_selections(&mut operation.node.selection_set.node, &absent);
    for fragment in document.fragments.values_mut() {
        from_selections(&mut fragment.node.selection_set.node, &absent);
    }
}

fn absent(operation: &OperationDefinition, variables: &Variables) -> Vec<Name> {
    let names = operation.variable_definitions.iter().map(|definition| &definition.node.name.node);
    names.filter(|name| !variables.contains_key(*name)).cloned().collect()
}

fn from_selections(set: &mut SelectionSet, absent: &[Name]) {
    for selection in &mut set.items {
        match &mut selection.node {
            Selection::Field(field) => {
                field.node.arguments.retain_mut(|(_, value)| keep(&mut value.node, absent));
                from_selections(&mut field.node.selection_set.node, absent);
            }
            Selection::InlineFragment(fragment) => {
                from_selections(&mut fragment.node.selection_set.node, absent);
            }
            Selection::FragmentSpread(_) => {}
        }
    }
}

fn keep(value: &mut Value, absent: &[Name]) -> bool {
    match value {
        Value::Variable(name) => return !absent.contains(name),
        Value::Object(fields) => fields.retain(|_, value| keep(value, absent)),
        // In a list, it is null: the library sees to that.
        Value::List(items) => items.iter_mut().for_each(|item| {
            keep(item, absent);
        }),
        _ => {}
    }
    true
}
