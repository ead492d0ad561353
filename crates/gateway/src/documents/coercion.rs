//! Variables as the operation declares them, by the rules of the GraphQL specification. Whatever does not fit is told before anything
//! runs, with the path to it and never with its value.

use async_graphql::{
    Positioned, ServerError, Value, Variables,
    indexmap::IndexMap,
    parser::types::{BaseType, Type, VariableDefinition},
};
use serde_json::{Map, Value as Json};

use super::schema_types::{Input, InputType, SchemaTypes};
use crate::{
    codes::{Code, ERRORS_MAX},
    limits::Limits,
};

/// Length of a field's name that a message may repeat, in bytes.
const NAME_BYTES_MAX: usize = 64;

/// The variables of an operation from what was sent. What it does not declare is left out.
pub(super) fn coerce(
    types: &SchemaTypes,
    definitions: &[Positioned<VariableDefinition>],
    mut given: Map<String, Json>,
    limits: &Limits,
) -> Result<Variables, Vec<ServerError>> {
    let mut left = limits.variable_values_max;
    for value in given.values() {
        within(value, limits.variable_depth_max, &mut left).map_err(|error| vec![error])?;
    }
    let mut coercion = Coercion { types, path: String::new(), faults: Vec::new() };
    let mut variables = Variables::default();
    for definition in definitions {
        let (name, ty) = (&definition.node.name.node, &definition.node.var_type.node);
        coercion.path = format!("${name}");
        let value = match (given.remove(name.as_str()), &definition.node.default_value) {
            (Some(value), _) => coercion.value(ty, value),
            (None, Some(default)) => Some(default.node.clone()),
            (None, None) if ty.nullable => None,
            (None, None) => coercion.fault("is required: give it a value"),
        };
        if let Some(value) = value {
            variables.insert(name.clone(), value);
        }
    }
    if coercion.faults.is_empty() { Ok(variables) } else { Err(coercion.faults) }
}

/// Holds the size of what was sent, whether it is declared or not.
fn within(value: &Json, depth_left: usize, values_left: &mut usize) -> Result<(), ServerError> {
    let many = || Code::BadVariables.error("the variables hold too many values: send fewer at a time");
    *values_left = values_left.checked_sub(1).ok_or_else(many)?;
    let nested = || Code::TooDeep.error("the variables are nested too deep: nest less");
    match value {
        Json::Array(items) => {
            let depth_left = depth_left.checked_sub(1).ok_or_else(nested)?;
            items.iter().try_for_each(|item| within(item, depth_left, values_left))
        }
        Json::Object(fields) => {
            let depth_left = depth_left.checked_sub(1).ok_or_else(nested)?;
            fields.values().try_for_each(|item| within(item, depth_left, values_left))
        }
        _ => Ok(()),
    }
}

struct Coercion<'a> {
    types: &'a SchemaTypes,
    path: String,
    faults: Vec<ServerError>,
}

impl Coercion<'_> {
    /// Nothing where it does not fit; the fault is kept then.
    fn value(&mut self, ty: &Type, value: Json) -> Option<Value> {
        if value.is_null() {
            return if ty.nullable { Some(Value::Null) } else { self.fault("must not be null") };
        }
        match (&ty.base, value) {
            (BaseType::List(item), Json::Array(items)) => {
                let items: Vec<_> = items
                    .into_iter()
                    .enumerate()
                    .map(|(index, value)| self.at(&format!("[{index}]"), |inner| inner.value(item, value)))
                    .collect();
                items.into_iter().collect::<Option<_>>().map(Value::List)
            }
            // One value is a list of itself.
            (BaseType::List(item), value) => Some(Value::List(vec![self.value(item, value)?])),
            (BaseType::Named(name), value) => self.named(name, value),
        }
    }

    fn named(&mut self, name: &str, value: Json) -> Option<Value> {
        let types = self.types;
        let expected = match (types.input(name), value) {
            (Some(InputType::Int), Json::Number(number)) if is_int(&number) => {
                return Some(Value::Number(number));
            }
            (Some(InputType::Int), _) => "must be an Int, a whole number of 32 bits",
            (Some(InputType::Float), Json::Number(number)) => return Some(Value::Number(number)),
            (Some(InputType::Float), _) => "must be a Float, a number",
            (Some(InputType::Text), Json::String(text)) => return Some(Value::String(text)),
            (Some(InputType::Text), _) => "must be a String",
            (Some(InputType::Boolean), Json::Bool(truth)) => return Some(Value::Boolean(truth)),
            (Some(InputType::Boolean), _) => "must be a Boolean, true or false",
            (Some(InputType::Id), Json::String(text)) => return Some(Value::String(text)),
            (Some(InputType::Id), Json::Number(number)) if !number.is_f64() => {
                return Some(Value::String(number.to_string()));
            }
            (Some(InputType::Id), _) => "must be an ID, a string or a whole number",
            (Some(InputType::Custom(rule)), value) => match (Value::from_json(value), rule) {
                (Ok(value), None) => return Some(value),
                (Ok(value), Some(rule)) if (rule.takes)(value.clone()) => return Some(value),
                (Ok(_), Some(rule)) => rule.expected,
                (Err(_), _) => "cannot be read",
            },
            (Some(InputType::Enumeration(values)), Json::String(text)) => match values.get(text.as_str()) {
                Some(value) => return Some(Value::Enum(value.clone())),
                None => return self.fault(&format!("must be one of the values of the enum {name}")),
            },
            (Some(InputType::Enumeration(_)), _) => {
                return self.fault(&format!("must be a string with a value of the enum {name}"));
            }
            (Some(InputType::Object { one_of, fields }), Json::Object(given)) => {
                return self.object(name, *one_of, fields, given);
            }
            (Some(InputType::Object { .. }), _) => {
                return self.fault(&format!("must be an object, a {name}"));
            }
            (None, _) => "is of a type that variables cannot have",
        };
        self.fault(expected)
    }

    fn object(
        &mut self,
        name: &str,
        one_of: bool,
        fields: &[Input],
        mut given: Map<String, Json>,
    ) -> Option<Value> {
        if one_of && (given.len() != 1 || given.values().any(Json::is_null)) {
            return self.fault(&format!(
                "must have exactly one field, which is not null, as {name} asks for one of its own"
            ));
        }
        let before = self.faults.len();
        let mut object = IndexMap::new();
        for field in fields {
            match given.remove(field.name.as_str()) {
                Some(value) => {
                    let value = self.at(&format!(".{}", field.name), |inner| inner.value(&field.ty, value));
                    object.extend(value.map(|value| (field.name.clone(), value)));
                }
                // Of one field out of several, none is required by itself.
                None if one_of || field.is_optional() => {}
                None => {
                    self.at(&format!(".{}", field.name), |inner| inner.fault("is required: give it a value"));
                }
            }
        }
        for unknown in given.keys() {
            if is_name(unknown) {
                self.at(&format!(".{unknown}"), |inner| {
                    inner.fault(&format!("is no field of {name}: leave it out"))
                });
            } else {
                self.fault(&format!("has a field that {name} does not know: leave it out"));
            }
        }
        (self.faults.len() == before).then_some(Value::Object(object))
    }

    fn at<T>(&mut self, step: &str, work: impl FnOnce(&mut Self) -> T) -> T {
        let length = self.path.len();
        self.path.push_str(step);
        let result = work(self);
        self.path.truncate(length);
        result
    }

    fn fault(&mut self, what: &str) -> Option<Value> {
        if self.faults.len() < ERRORS_MAX {
            self.faults.push(Code::BadVariables.error(format!("{} {what}", self.path)));
        }
        None
    }
}

fn is_int(number: &serde_json::Number) -> bool {
    number.as_i64().is_some_and(|number| i32::try_from(number).is_ok())
}

/// Whether a key may be repeated: a name as a schema could have one, and nothing that somebody might have meant as a value.
fn is_name(key: &str) -> bool {
    key.len() <= NAME_BYTES_MAX
        && key.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

#[cfg(test)]
mod tests;
