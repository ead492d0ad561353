//! Free text with a limit. Whatever is typed about a person is only ever stored sealed, and its `Debug` shows nothing.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Trimmed, not empty, at most `CHARS_MAX` characters.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Text<const CHARS_MAX: usize>(Box<str>);

/// 姓名.
pub type PersonName = Text<100>;
/// 联系电话.
pub type Phone = Text<40>;
/// 联系地址.
pub type Address = Text<200>;
/// 备注, and every other free text.
pub type Remarks = Text<500>;
/// 经办机构 as an office writes it, when that is not an id.
pub type OfficeName = Text<100>;

/// Text that is empty or too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Nothing but white space.
    #[error("the text is empty")]
    Empty,
    /// More characters than allowed.
    #[error("the text has {chars} characters, more than {chars_max}")]
    TooLong {
        /// How many it has.
        chars: usize,
        /// How many it may have.
        chars_max: usize,
    },
}

impl<const CHARS_MAX: usize> Text<CHARS_MAX> {
    /// Trims the text and checks its length.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        let text = text.trim();
        let chars = text.chars().count();
        if text.is_empty() {
            Err(TextError::Empty)
        } else if chars > CHARS_MAX {
            Err(TextError::TooLong { chars, chars_max: CHARS_MAX })
        } else {
            Ok(Text(text.into()))
        }
    }

    /// The text itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<const CHARS_MAX: usize> TryFrom<String> for Text<CHARS_MAX> {
    type Error = TextError;
    fn try_from(text: String) -> Result<Self, TextError> {
        Text::parse(&text)
    }
}

impl<const CHARS_MAX: usize> From<Text<CHARS_MAX>> for String {
    fn from(text: Text<CHARS_MAX>) -> String {
        text.0.into()
    }
}

impl<const CHARS_MAX: usize> fmt::Debug for Text<CHARS_MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Text(…)")
    }
}
