//! A valid document taken apart into its operations, each of which can run on its own.

use std::collections::{HashMap, HashSet};

use async_graphql::{
    Name, Positioned, Request, ServerError,
    parser::types::{DocumentOperations, ExecutableDocument, FragmentDefinition, OperationDefinition},
};

use super::{
    arguments::{self, Site},
    schema_types::SchemaTypes,
};
use crate::codes::Code;

/// One operation with the fragments that it needs.
#[derive(Debug)]
pub(super) struct Operation {
    name: Option<Name>,
    pub(super) definition: Positioned<OperationDefinition>,
    fragments: HashMap<Name, Positioned<FragmentDefinition>>,
    /// Arguments that depend on variables.
    pub(super) sites: Vec<Site>,
    /// What it costs, in fields, where that depends on no variable.
    pub(super) complexity: Option<usize>,
}

impl Operation {
    /// A document of this operation alone.
    pub(super) fn document(&self) -> ExecutableDocument {
        ExecutableDocument {
            operations: DocumentOperations::Single(self.definition.clone()),
            fragments: self.fragments.clone(),
        }
    }

    /// To be reckoned with before its variables are known. It has none, so that whatever depends on one cannot be reckoned with, and no
    /// default is taken for what will be given.
    pub(super) fn without_variables(&self) -> Request {
        let mut definition = self.definition.clone();
        definition.node.variable_definitions.clear();
        let mut request = Request::new("");
        request.set_parsed_query(ExecutableDocument {
            operations: DocumentOperations::Single(definition),
            fragments: self.fragments.clone(),
        });
        request
    }

    pub(super) fn name(&self) -> Option<&str> {
        self.name.as_ref().map(Name::as_str)
    }
}

/// The operations of a document that was found valid.
pub(super) fn take_apart(
    document: &ExecutableDocument,
    types: &SchemaTypes,
) -> Result<Vec<Operation>, ServerError> {
    let mut fragments = HashMap::new();
    for (name, fragment) in &document.fragments {
        let (mut sites, mut spreads) = (Vec::new(), Vec::new());
        let parent = &fragment.node.type_condition.node.on.node;
        arguments::collect(types, parent, &fragment.node.selection_set.node, &mut sites, &mut spreads)?;
        fragments.insert(name.as_str(), (sites, spreads));
    }
    let mut operations = Vec::new();
    for (name, definition) in document.operations.iter() {
        check_defaults(types, &definition.node)?;
        let (mut sites, mut waiting) = (Vec::new(), Vec::new());
        let parent = types.root(definition.node.ty).map_or("", Name::as_str);
        arguments::collect(types, parent, &definition.node.selection_set.node, &mut sites, &mut waiting)?;
        let mut needed = HashSet::new();
        while let Some(fragment) = waiting.pop() {
            if needed.insert(fragment)
                && let Some((inner, spreads)) = fragments.get(fragment)
            {
                sites.extend(inner.iter().cloned());
                waiting.extend(spreads);
            }
        }
        for site in &sites {
            site.check_declared(types, &definition.node.variable_definitions)?;
        }
        let fragments = document.fragments.iter().filter(|(name, _)| needed.contains(name.as_str()));
        operations.push(Operation {
            name: name.cloned(),
            definition: definition.clone(),
            fragments: fragments.map(|(name, fragment)| (name.clone(), fragment.clone())).collect(),
            sites,
            complexity: None,
        });
    }
    Ok(operations)
}

/// Which operation is meant: the one with this name, or the only one.
pub(super) fn select(operations: &[Operation], name: Option<&str>) -> Result<usize, ServerError> {
    match (name.filter(|name| !name.is_empty()), operations) {
        (Some(name), _) => {
            operations.iter().position(|operation| operation.name() == Some(name)).ok_or_else(|| {
                Code::OperationNotFound
                    .error("the document has no operation of this operationName: name one that it has")
            })
        }
        (None, [_only]) => Ok(0),
        (None, _) => {
            let message = "the document has several operations: say with operationName which one to run";
            Err(Code::OperationNotFound.error(message))
        }
    }
}

/// Whether the default value of each variable has its type.
fn check_defaults(types: &SchemaTypes, operation: &OperationDefinition) -> Result<(), ServerError> {
    for variable in &operation.variable_definitions {
        let Some(default) = &variable.node.default_value else { continue };
        let value = default.node.clone().into_value();
        if let Err(what) = arguments::check_constant(types, &variable.node.var_type.node, &value) {
            let message = format!("the default value of ${} {what}", variable.node.name.node);
            let error = Code::ValidationError.error(message);
            return Err(ServerError { locations: vec![variable.pos], ..error });
        }
    }
    Ok(())
}
