//! A small schema with every kind of input.

use async_graphql::{
    Enum, InputObject, InputValueError, InputValueResult, Object, OneofObject, Scalar, ScalarType, Schema,
    SimpleObject, Subscription, Value,
};
use futures_util::{Stream, stream};

use super::*;
use crate::executor::Graph;

pub(super) struct Day(String);

#[Scalar]
impl ScalarType for Day {
    fn parse(value: Value) -> InputValueResult<Self> {
        match value {
            Value::String(text) if text.len() == 10 => Ok(Day(text)),
            _ => Err(InputValueError::custom("a day is written 2026-01-31")),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}

#[derive(Enum, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    One,
    Two,
}

#[derive(InputObject)]
pub(super) struct Filter {
    day: Option<Day>,
    kind: Kind,
    #[graphql(default = 7)]
    size: i32,
    inner: Option<Box<Filter>>,
}

#[derive(OneofObject)]
pub(super) enum Which {
    Id(async_graphql::ID),
    Name(String),
}

#[derive(SimpleObject)]
pub(super) struct Person {
    name: String,
}

pub(super) struct Query;

#[Object]
impl Query {
    async fn a(&self) -> i32 {
        1
    }

    async fn inner(&self) -> Query {
        Query
    }

    #[graphql(complexity = "(first as usize).saturating_mul(child_complexity)")]
    async fn people(&self, #[graphql(default = 20)] first: i32) -> Vec<Person> {
        (0..first).map(|number| Person { name: number.to_string() }).collect()
    }

    async fn filtered(&self, filter: Filter, days: Option<Vec<Day>>) -> String {
        let days = days.map(|days| days.len());
        format!("{:?} {} {days:?}", filter.day.map(|day| day.0), filter.size)
    }

    async fn which(&self, which: Which) -> String {
        match which {
            Which::Id(id) => format!("id {}", id.0),
            Which::Name(name) => format!("name {name}"),
        }
    }

    async fn scalars(&self, i: Option<i32>, f: Option<f64>, s: Option<String>, b: Option<bool>) -> String {
        format!("{i:?} {f:?} {s:?} {b:?}")
    }
}

pub(super) struct Mutation;

#[Object]
impl Mutation {
    async fn record(&self, filter: Filter) -> i32 {
        filter.size
    }
}

pub(super) struct Ticks;

#[Subscription]
impl Ticks {
    async fn ticks(&self) -> impl Stream<Item = i32> {
        stream::iter([1, 2])
    }

    async fn others(&self) -> impl Stream<Item = i32> {
        stream::iter([3])
    }
}

pub(super) type Sample = Graph<Query, Mutation, Ticks>;

pub(super) fn documents(limits: Limits) -> Documents<Sample> {
    Documents::new(Graph::new(|| limits.apply(Schema::build(Query, Mutation, Ticks))), limits)
}

pub(super) fn prepare(
    documents: &Documents<Sample>,
    query: &str,
    variables: Json,
) -> Result<Prepared, Vec<ServerError>> {
    let Json::Object(variables) = variables else { panic!("variables are an object") };
    documents.prepare(Params { query: query.to_owned(), operation_name: None, variables: Some(variables) })
}
