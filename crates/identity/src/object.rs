//! A JSON object in which no name stands twice: where it did, two readers could read two things.

use std::{collections::BTreeMap, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, Visitor},
};
use serde_json::Value;

/// Members by name.
pub(crate) struct Object(BTreeMap<String, Value>);

impl Object {
    /// Reads an object and nothing after it.
    pub(crate) fn parse(bytes: &[u8]) -> Option<Object> {
        serde_json::from_slice(bytes).ok()
    }

    /// An object within another value, of which the reader of that value has kept the last of each name.
    pub(crate) fn of(value: &Value) -> Option<Object> {
        let members = value.as_object()?;
        Some(Object(members.iter().map(|(name, value)| (name.clone(), value.clone())).collect()))
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.get(name)?.as_str()
    }
}

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Object, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = Object;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Object, M::Error> {
                let mut members = BTreeMap::new();
                while let Some((name, value)) = map.next_entry()? {
                    if members.insert(name, value).is_some() {
                        return Err(M::Error::custom("a name stands twice"));
                    }
                }
                Ok(Object(members))
            }
        }
        deserializer.deserialize_map(Members)
    }
}
