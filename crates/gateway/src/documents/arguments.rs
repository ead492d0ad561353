//! Arguments in the document's text: whether each value fits its type, and each variable its place. The library looks at no variable's
//! place, leaves out every value that has a variable somewhere inside, and takes any value for an input object; all of this would
//! fail only while the operation runs.

use async_graphql::{
    Name, Pos, Positioned, ServerError, Value as Constant, Variables,
    indexmap::IndexMap,
    parser::types::{BaseType, Selection, SelectionSet, Type, VariableDefinition},
};
use async_graphql_value::Value;

use super::schema_types::{Input, InputType, SchemaTypes};
use crate::codes::Code;

/// An argument whose value has variables inside, to be looked at again when more is known of them.
#[derive(Debug, Clone)]
pub(super) struct Site {
    ty: Type,
    has_default: bool,
    value: Value,
    argument: String,
    position: Pos,
}

impl Site {
    /// Whether the variables that an operation declares may stand here.
    pub(super) fn check_declared(
        &self,
        types: &SchemaTypes,
        declared: &[Positioned<VariableDefinition>],
    ) -> Result<(), ServerError> {
        self.check(types, Variable::Declared(declared), Code::ValidationError)
    }

    /// Whether their values may.
    pub(super) fn check_given(&self, types: &SchemaTypes, given: &Variables) -> Result<(), ServerError> {
        self.check(types, Variable::Given(given), Code::BadVariables)
    }

    fn check(&self, types: &SchemaTypes, variables: Variable<'_>, code: Code) -> Result<(), ServerError> {
        Check { types, variables }
            .value(&self.ty, self.has_default, &self.value)
            .map_err(|what| located(code, &self.argument, self.position, what))
    }
}

/// Looks at every argument of a selection set whose type is `parent`. Gives those that cannot be judged yet, and the names of the
/// fragments that are spread.
pub(super) fn collect<'a>(
    types: &SchemaTypes,
    parent: &str,
    set: &'a SelectionSet,
    sites: &mut Vec<Site>,
    spreads: &mut Vec<&'a str>,
) -> Result<(), ServerError> {
    for selection in &set.items {
        for directive in selection.node.directives() {
            if let Some(known) = types.directive(&directive.node.name.node) {
                arguments(types, known, &directive.node.arguments, &directive.node.name.node, sites)?;
            }
        }
        match &selection.node {
            Selection::Field(field) => {
                // Fields of introspection are in no schema: the library knows them, and here they have no type.
                let known = types.field(parent, &field.node.name.node);
                if let Some(known) = known {
                    arguments(types, &known.arguments, &field.node.arguments, &field.node.name.node, sites)?;
                }
                let ty = known.map_or("", |known| known.ty.as_str());
                collect(types, ty, &field.node.selection_set.node, sites, spreads)?;
            }
            Selection::InlineFragment(fragment) => {
                let parent =
                    fragment.node.type_condition.as_ref().map_or(parent, |on| on.node.on.node.as_str());
                collect(types, parent, &fragment.node.selection_set.node, sites, spreads)?;
            }
            Selection::FragmentSpread(spread) => spreads.push(spread.node.fragment_name.node.as_str()),
        }
    }
    Ok(())
}

/// Whether a value without variables fits a type.
pub(super) fn check_constant(types: &SchemaTypes, ty: &Type, value: &Value) -> Result<(), &'static str> {
    Check { types, variables: Variable::Unknown }.value(ty, false, value)
}

fn arguments(
    types: &SchemaTypes,
    known: &[Input],
    given: &[(Positioned<Name>, Positioned<Value>)],
    owner: &str,
    sites: &mut Vec<Site>,
) -> Result<(), ServerError> {
    for (name, value) in given {
        let Some(input) = known.iter().find(|input| input.name == name.node) else { continue };
        let argument = format!("{} of {owner}", name.node);
        Check { types, variables: Variable::Unknown }
            .value(&input.ty, input.has_default, &value.node)
            .map_err(|what| located(Code::ValidationError, &argument, name.pos, what))?;
        if has_variables(&value.node) {
            let (ty, value) = (input.ty.clone(), value.node.clone());
            sites.push(Site { ty, has_default: input.has_default, value, argument, position: name.pos });
        }
    }
    Ok(())
}

/// What is known of variables.
#[derive(Clone, Copy)]
enum Variable<'a> {
    Unknown,
    Declared(&'a [Positioned<VariableDefinition>]),
    Given(&'a Variables),
}

/// Tells what does not fit.
struct Check<'a> {
    types: &'a SchemaTypes,
    variables: Variable<'a>,
}

impl Check<'_> {
    fn value(&self, ty: &Type, has_default: bool, value: &Value) -> Result<(), &'static str> {
        if let Value::Variable(name) = value {
            return self.variable(ty, has_default, name);
        }
        if *value == Value::Null {
            return if ty.nullable { Ok(()) } else { Err("must not be null") };
        }
        match (&ty.base, value) {
            (BaseType::List(item), Value::List(items)) => {
                items.iter().try_for_each(|value| self.value(item, false, value))
            }
            (BaseType::List(item), value) => self.value(item, false, value),
            (BaseType::Named(name), value) => self.named(name, value),
        }
    }

    fn variable(&self, ty: &Type, has_default: bool, name: &Name) -> Result<(), &'static str> {
        match self.variables {
            Variable::Unknown => Ok(()),
            Variable::Declared(declared) => {
                let declared = declared.iter().find(|variable| variable.node.name.node == *name);
                match declared {
                    Some(variable) if may_stand(&variable.node, ty, has_default) => Ok(()),
                    _ => Err("has a variable in it whose type does not fit there"),
                }
            }
            Variable::Given(given) => match given.get(name) {
                Some(Constant::Null) if !ty.nullable => Err("has a variable in it that must not be null"),
                None if !ty.nullable && !has_default => Err("has a variable in it that must have a value"),
                _ => Ok(()),
            },
        }
    }

    fn named(&self, name: &str, value: &Value) -> Result<(), &'static str> {
        match (self.types.input(name), value) {
            (Some(InputType::Int), Value::Number(number))
                if number.as_i64().is_some_and(|number| i32::try_from(number).is_ok()) => {}
            (Some(InputType::Int), _) => return Err("must be an Int, a whole number of 32 bits"),
            (Some(InputType::Float), Value::Number(_)) => {}
            (Some(InputType::Float), _) => return Err("must be a Float, a number"),
            (Some(InputType::Text), Value::String(_)) => {}
            (Some(InputType::Text), _) => return Err("must be a String, in quotes"),
            (Some(InputType::Boolean), Value::Boolean(_)) => {}
            (Some(InputType::Boolean), _) => return Err("must be a Boolean, true or false"),
            (Some(InputType::Id), Value::String(_)) => {}
            (Some(InputType::Id), Value::Number(number)) if number.is_i64() => {}
            (Some(InputType::Id), _) => return Err("must be an ID, a string or a whole number"),
            (Some(InputType::Custom(Some(rule))), value) => {
                // What has variables inside is a list or an object, which no scalar with a rule takes.
                if !value.clone().into_const().is_some_and(rule.takes) {
                    return Err(rule.expected);
                }
            }
            (Some(InputType::Custom(None)), _) => {}
            (Some(InputType::Enumeration(values)), Value::Enum(value)) if values.contains(value) => {}
            (Some(InputType::Enumeration(_)), _) => {
                return Err("must be a value of the enum, without quotes");
            }
            (Some(InputType::Object { one_of, fields }), Value::Object(given)) => {
                if *one_of {
                    return self.one_of(fields, given);
                }
                if given.keys().any(|key| fields.iter().all(|field| field.name != *key)) {
                    return Err("has a field that its type does not know: leave it out");
                }
                for field in fields {
                    match given.get(&field.name) {
                        Some(value) => self.value(&field.ty, field.has_default, value)?,
                        None if field.is_optional() => {}
                        None => return Err("leaves out a field that is required"),
                    }
                }
            }
            (Some(InputType::Object { .. }), _) => return Err("must be an object"),
            (None, _) => return Err("is of a type that is not known"),
        }
        Ok(())
    }

    /// One field out of several, which must have a value: no variable may stand there that could be null.
    fn one_of(&self, fields: &[Input], given: &IndexMap<Name, Value>) -> Result<(), &'static str> {
        let mut given = given.iter();
        let (Some((name, value)), None) = (given.next(), given.next()) else {
            return Err("must have exactly one field");
        };
        match fields.iter().find(|field| field.name == *name) {
            Some(field) => self.value(&Type { base: field.ty.base.clone(), nullable: false }, false, value),
            None => Err("has a field that its type does not know: leave it out"),
        }
    }
}

/// Whether a variable fits a place, by the rule of the specification: what may be null fits where it must not only if a default
/// stands in for it.
fn may_stand(variable: &VariableDefinition, place: &Type, has_default: bool) -> bool {
    let ty = &variable.var_type.node;
    let own_default = variable.default_value.as_ref().is_some_and(|default| default.node != Constant::Null);
    if !place.nullable && ty.nullable {
        (own_default || has_default) && fits(&ty.base, &place.base)
    } else {
        fits(&ty.base, &place.base)
    }
}

fn fits(ty: &BaseType, place: &BaseType) -> bool {
    match (ty, place) {
        (BaseType::Named(ty), BaseType::Named(place)) => ty == place,
        (BaseType::List(ty), BaseType::List(place)) => {
            (!ty.nullable || place.nullable) && fits(&ty.base, &place.base)
        }
        _ => false,
    }
}

fn has_variables(value: &Value) -> bool {
    match value {
        Value::Variable(_) => true,
        Value::List(items) => items.iter().any(has_variables),
        Value::Object(fields) => fields.values().any(has_variables),
        _ => false,
    }
}

fn located(code: Code, argument: &str, position: Pos, what: &str) -> ServerError {
    ServerError { locations: vec![position], ..code.error(format!("the argument {argument} {what}")) }
}
