//! What the table of events makes of its rows: the bodies, [`Event`](super::Event), [`EventType`](super::EventType), and how bodies are written and read.

use serde::{Deserialize, Serialize};

/// A stored body that its type cannot read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EventBodyError {
    /// A type or schema number that this version does not know.
    #[error("event type {kind} with schema {schema} is unknown to this version")]
    UnknownType {
        /// Event type number.
        kind: u8,
        /// Schema number.
        schema: u8,
    },
    /// JSON that does not fit the type. The text names the place, never a value.
    #[error("the {part} body of {event} cannot be read at column {column}")]
    Body {
        /// Event type.
        event: &'static str,
        /// `clear` or `sealed`.
        part: &'static str,
        /// Where, counted from 1.
        column: usize,
    },
}

/// The value, if there is one.
macro_rules! maybe {
    () => {
        None
    };
    ($value:expr) => {
        Some($value)
    };
}

macro_rules! event_types {
    ($(
        $(#[$doc:meta])*
        $number:literal $event:ident / $sealed_type:ident $label:literal {
            folds $folds:expr; $(step $step:ident;)?
            clear { $($clear:ident: $clear_type:ty),* ; $($clear_opt:ident: $clear_opt_type:ty),* }
            sealed { $($sealed:ident: $sealed_field_type:ty),* ; $($sealed_opt:ident: $sealed_opt_type:ty),* }
        }
    )+) => {
        $(
            #[doc = $label]
            #[doc = ""]
            $(#[$doc])*
            #[doc = ""]
            /// What everybody who reads the log may see.
            #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
            #[allow(missing_docs)]
            pub struct $event {
                $(pub $clear: $clear_type,)*
                $(#[serde(default, skip_serializing_if = "Option::is_none")] pub $clear_opt: Option<$clear_opt_type>,)*
            }

            #[doc = $label]
            #[doc = ""]
            $(#[$doc])*
            #[doc = ""]
            /// What only the person's key opens.
            #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
            #[allow(missing_docs)]
            pub struct $sealed_type {
                $(pub $sealed: $sealed_field_type,)*
                $(#[serde(default, skip_serializing_if = "Option::is_none")] pub $sealed_opt: Option<$sealed_opt_type>,)*
            }
        )+

        /// Everything that can be recorded. `sealed` is absent when it has not been, or can no longer be, opened.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum Event {
            $(
                #[doc = $label]
                #[doc = ""]
                $(#[$doc])*
                $event {
                    /// What everybody who reads the log may see.
                    clear: $event,
                    /// What only the person's key opens.
                    sealed: Option<$sealed_type>,
                },
            )+
        }

        /// The types of [`Event`], with their stored numbers.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[repr(u8)]
        pub enum EventType { $(#[doc = $label] #[doc = ""] $(#[$doc])* $event = $number,)+ }

        impl EventType {
            /// Every type, in the order of their numbers.
            pub const ALL: &'static [EventType] = &[$(EventType::$event),+];

            /// The type with this stored number.
            pub fn from_number(number: u8) -> Option<EventType> {
                match number { $($number => Some(EventType::$event),)+ _ => None }
            }

            /// The name that streams and schemas use.
            pub fn name(self) -> &'static str {
                match self { $(EventType::$event => stringify!($event),)+ }
            }

            /// The Chinese term.
            pub fn label(self) -> &'static str {
                match self { $(EventType::$event => $label,)+ }
            }

            /// What of it is folded into the state of its person.
            pub fn folds(self) -> Folds {
                match self { $(EventType::$event => $folds,)+ }
            }

            /// The step that it is about, also where it was tried and does not count; none for what is about no single step.
            pub fn step(self) -> Option<Step> {
                match self { $(EventType::$event => types::maybe!($(Step::$step)?),)+ }
            }

            /// Names of the fields that are stored in clear.
            pub fn clear_fields(self) -> &'static [&'static str] {
                match self { $(EventType::$event => &[$(stringify!($clear),)* $(stringify!($clear_opt),)*],)+ }
            }

            /// Names of the fields that are stored sealed.
            pub fn sealed_fields(self) -> &'static [&'static str] {
                match self { $(EventType::$event => &[$(stringify!($sealed),)* $(stringify!($sealed_opt),)*],)+ }
            }

            /// The fields of both bodies, clear first, with the names of their types and whether they must be there.
            #[cfg(test)]
            pub(crate) fn bodies(self) -> [&'static [(&'static str, &'static str, bool)]; 2] {
                match self {
                    $(EventType::$event => [
                        &[
                            $((stringify!($clear), stringify!($clear_type), true),)*
                            $((stringify!($clear_opt), stringify!($clear_opt_type), false),)*
                        ],
                        &[
                            $((stringify!($sealed), stringify!($sealed_field_type), true),)*
                            $((stringify!($sealed_opt), stringify!($sealed_opt_type), false),)*
                        ],
                    ],)+
                }
            }
        }

        impl Event {
            /// The event's type.
            pub fn event_type(&self) -> EventType {
                match self { $(Event::$event { .. } => EventType::$event,)+ }
            }

            /// The clear body as JSON.
            pub fn clear_json(&self) -> String {
                match self { $(Event::$event { clear, .. } => types::json(clear),)+ }
            }

            /// The sealed body as JSON; none when there is nothing in it to seal.
            pub fn sealed_json(&self) -> Option<String> {
                let text = match self { $(Event::$event { sealed, .. } => sealed.as_ref().map(types::json),)+ };
                text.filter(|text| text != "{}")
            }

            /// Reads the stored bodies; `sealed` is none when it has not been opened.
            pub fn from_json(kind: u8, schema: u8, clear: &str, sealed: Option<&[u8]>) -> Result<Event, EventBodyError> {
                match (EventType::from_number(kind), schema) {
                    $((Some(EventType::$event), 1) => Ok(Event::$event {
                        clear: types::read(stringify!($event), "clear", clear.as_bytes())?,
                        sealed: sealed.map(|sealed| types::read(stringify!($event), "sealed", sealed)).transpose()?,
                    }),)+
                    _ => Err(EventBodyError::UnknownType { kind, schema }),
                }
            }
        }
    };
}

pub(super) use {event_types, maybe};

pub(super) fn json(body: &impl Serialize) -> String {
    // Bodies have string keys and no maps, so writing them cannot fail; an empty text would be refused when read.
    serde_json::to_string(body).unwrap_or_default()
}

pub(super) fn read<'a, T: Deserialize<'a>>(
    event: &'static str,
    part: &'static str,
    body: &'a [u8],
) -> Result<T, EventBodyError> {
    serde_json::from_slice(body).map_err(|error| EventBodyError::Body { event, part, column: error.column() })
}
