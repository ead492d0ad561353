//! From a subscription in GraphQL to what its group wants.

use async_graphql::{
    EmptyMutation, EmptySubscription, InputType, Name, Object, Positioned, Request, Schema, ValidationMode,
    Value, Variables,
    parser::types::{DocumentOperations, ExecutableDocument, Field, OperationType, Selection},
};
use bytes::Bytes;
use sigeyi_engine::Position;

use super::words::{Wanted, Words};
use crate::{
    executor::{coded, json},
    schema::{self, Event, EventFilter},
    scope::{Readable, ReadableLog},
    subject::Subject,
};

/// The selection of a subscription, as a query for one event.
pub(super) struct Selected {
    document: ExecutableDocument,
    operation: Option<String>,
    variables: Variables,
    schema: Schema<OneEvent, EmptyMutation, EmptySubscription>,
}

/// The root of a query for the one event that is given with the request.
struct OneEvent;

#[Object]
impl OneEvent {
    async fn events(&self, ctx: &async_graphql::Context<'_>) -> async_graphql::Result<Event> {
        ctx.data::<Event>().cloned()
    }
}

impl Selected {
    pub(super) async fn words_for(&self, event: Readable) -> Bytes {
        let mut request = Request::new("").variables(self.variables.clone()).data(Event(event));
        request.operation_name.clone_from(&self.operation);
        request.set_parsed_query(self.document.clone());
        json(&coded(self.schema.execute(request).await))
    }

    /// The same for the same words.
    pub(super) fn key(&self) -> String {
        format!("{:?} {:?} {:?}", self.document, self.operation, self.variables)
    }
}

/// What a subscription wants, and after which position: none for whatever else it is.
pub(super) fn wanted(request: &mut Request, subject: &Subject) -> Option<(Wanted, Option<Position>)> {
    let variables = request.variables.clone();
    let operation = request.operation_name.clone();
    let mut document = request.parsed_query().ok()?.clone();
    let meant = match &mut document.operations {
        DocumentOperations::Single(only) => only,
        DocumentOperations::Multiple(operations) => operations.get_mut(operation.as_deref()?)?,
    };
    let [Positioned { node: Selection::Field(field), .. }] =
        meant.node.selection_set.node.items.as_mut_slice()
    else {
        return None;
    };
    if meant.node.ty != OperationType::Subscription || field.node.name.node != "events" {
        return None;
    }
    if !field.node.directives.is_empty() {
        return None;
    }
    let after = argument::<Option<schema::Position>>(&field.node, "after", &variables)?;
    let filter = argument::<Option<EventFilter>>(&field.node, "filter", &variables)?;
    let log = ReadableLog::of(subject, filter.unwrap_or_default().checked().ok()?).ok()?;
    field.node.arguments.clear();
    meant.node.ty = OperationType::Query;
    let schema = Schema::build(OneEvent, EmptyMutation, EmptySubscription)
        .validation_mode(ValidationMode::Fast)
        .finish();
    let mut variables = variables;
    variables.remove(&Name::new("after"));
    let words = Words::Selected(Box::new(Selected { document, operation, variables, schema }));
    Some((Wanted { log, words }, after.map(|after| after.0)))
}

fn argument<T: InputType>(field: &Field, name: &str, variables: &Variables) -> Option<T> {
    let value = field.get_argument(name).map(|value| {
        value
            .node
            .clone()
            .into_const_with(|name| Ok::<Value, ()>(variables.get(&name).cloned().unwrap_or_default()))
    });
    T::parse(value.transpose().ok()?).ok()
}
