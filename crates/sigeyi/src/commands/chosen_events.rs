//! Which events a relay sends and an export has, and how their state and their manifest say so.

use std::collections::BTreeMap;

use sigeyi_cloudevents::FilterParameter;
use sigeyi_engine::LogFilter;

use crate::{args::EventsArgs, error::CliError};

/// What the options choose.
pub(super) struct ChosenEvents {
    pub(super) filter: LogFilter,
    pub(super) words: FilterWords,
}

/// A filter by the names and values of the parameters of addresses; empty where everything is wanted. The same filter has the same words, however it
/// was given.
pub(super) type FilterWords = BTreeMap<String, String>;

/// Reads the options.
pub(super) fn chosen(args: &EventsArgs) -> Result<ChosenEvents, CliError> {
    let wanted = args.wanted()?;
    let word = |(parameter, value): (FilterParameter, String)| (parameter.name().to_owned(), value);
    let words = wanted.parameters().into_iter().map(word).collect();
    let filter = wanted.filter().map_err(|nothing| {
        CliError::Usage(format!("没有事件能符合这些筛选 no event could fit all of these filters: {nothing}"))
    })?;
    Ok(ChosenEvents { filter, words })
}

/// As the query of an address has it. No value needs escapes.
pub(super) fn query(words: &FilterWords) -> String {
    let pairs: Vec<String> = words.iter().map(|(name, value)| format!("{name}={value}")).collect();
    pairs.join("&")
}

/// As a message has it.
pub(super) fn told(words: &FilterWords) -> String {
    if words.is_empty() { "全部 everything".to_owned() } else { query(words) }
}
