//! What a report states that was frozen: a title, the figures, and what they were made of.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Figure, Region};

/// The title of a report, in clear for ever: it belongs to nobody, so there is no key that could seal it and be destroyed. Therefore it takes no
/// more than a title needs, and no number that could be a phone's or a certificate's.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ReportTitle(Box<str>);

/// Text that is no title of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReportTitleError {
    /// Nothing but white space.
    #[error("the title is empty")]
    Empty,
    /// More characters than allowed.
    #[error("a title has {} characters at most", ReportTitle::CHARS_MAX)]
    TooLong,
    /// Something else than letters, digits, spaces and the punctuation of titles.
    #[error("a title is written with letters, digits, spaces and （）()、，,：:《》“”·/_.-")]
    Characters,
    /// A number so long that it could be somebody's.
    #[error(
        "a title has no number of more than {} digits: nobody is named in it, neither by name nor by number",
        ReportTitle::DIGITS_MAX
    )]
    Number,
}

/// The figures of one region in a report, in the order of the report's list of figures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegionCounts {
    /// Where.
    pub region: Region,
    /// How many people each figure counted.
    pub counts: Vec<u32>,
}

/// A hash by which one content is known; 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ContentHash(pub [u8; 32]);

impl ReportTitle {
    /// Characters at most.
    pub const CHARS_MAX: usize = 60;
    /// Digits in a row at most: a day without hyphens. Phone numbers have 11, and 7 or 8 without their area.
    pub const DIGITS_MAX: usize = 8;

    /// Trims the text and checks its length and its characters.
    pub fn parse(text: &str) -> Result<ReportTitle, ReportTitleError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(ReportTitleError::Empty);
        }
        if text.chars().count() > Self::CHARS_MAX {
            return Err(ReportTitleError::TooLong);
        }
        if !text.chars().all(|it| it.is_alphanumeric() || " （）()、，,：:《》“”·/_.-".contains(it))
        {
            return Err(ReportTitleError::Characters);
        }
        let mut digits = 0;
        for character in text.chars() {
            digits = match character {
                // Digits of any script, and what is put between groups of them.
                _ if character.is_numeric() => digits + 1,
                ' ' | '-' | '.' | '/' | '·' | '_' => digits,
                _ => 0,
            };
            if digits > Self::DIGITS_MAX {
                return Err(ReportTitleError::Number);
            }
        }
        Ok(ReportTitle(text.into()))
    }

    /// The text itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl RegionCounts {
    /// How many people a figure counted, by the report's list of figures.
    pub fn get(&self, figures: &[Figure], figure: Figure) -> Option<u32> {
        let place = figures.iter().position(|listed| *listed == figure)?;
        self.counts.get(place).copied()
    }
}

impl TryFrom<String> for ReportTitle {
    type Error = ReportTitleError;
    fn try_from(text: String) -> Result<Self, ReportTitleError> {
        ReportTitle::parse(&text)
    }
}

impl From<ReportTitle> for String {
    fn from(title: ReportTitle) -> String {
        title.0.into()
    }
}

impl TryFrom<String> for ContentHash {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        const WRONG: &str = "a hash is written with 64 hexadecimal digits";
        let digit = |byte: u8| char::from(byte).to_digit(16).filter(|_| !byte.is_ascii_uppercase());
        let (pairs, rest) = text.as_bytes().as_chunks::<2>();
        if pairs.len() != 32 || !rest.is_empty() {
            return Err(WRONG);
        }
        let mut bytes = [0; 32];
        for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
            let (high, low) = (digit(*high).ok_or(WRONG)?, digit(*low).ok_or(WRONG)?);
            // Two digits of 0 to 15.
            *byte = (high * 16 + low) as u8;
        }
        Ok(ContentHash(bytes))
    }
}

impl From<ContentHash> for String {
    fn from(hash: ContentHash) -> String {
        hash.to_string()
    }
}

impl fmt::Display for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
