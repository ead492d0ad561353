//! Lists whose values have a name for tokens and logs, and a label for offices.

/// An enum with a stable snake_case name and a Chinese label for each value.
macro_rules! named_list {
    ($(#[$doc:meta])* $list:ident { $($(#[$value_doc:meta])* $value:ident = $name:literal $label:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $list { $(#[doc = $label] $(#[$value_doc])* #[serde(rename = $name)] $value,)+ }

        impl $list {
            /// Every value, in the order of the list.
            pub const ALL: &'static [$list] = &[$($list::$value),+];

            /// The name in tokens and logs: never changed, never used again for something else.
            pub fn name(self) -> &'static str {
                match self { $($list::$value => $name,)+ }
            }

            /// The Chinese label.
            pub fn label(self) -> &'static str {
                match self { $($list::$value => $label,)+ }
            }

            /// The value with this name.
            pub fn from_name(name: &str) -> Option<$list> {
                match name { $($name => Some($list::$value),)+ _ => None }
            }
        }
    };
}

pub(super) use named_list;
