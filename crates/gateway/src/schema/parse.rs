//! What clients write, as the values of the domain that it stands for, or why it is none.

use async_graphql::ID;
use sigeyi_domain::{self as domain, CertificateNumber, County, Day, Identifier, Text, TextError, divisions};
use sigeyi_engine::{AccessNote, Target};
use uuid::Uuid;

use super::refusal::Refusal;

/// Length of a reason, in characters.
const REASON_CHARS_MIN: usize = 4;
const REASON_CHARS_MAX: usize = 500;

/// Whom a command is about.
pub(crate) fn person(id: &ID) -> Result<Target, Refusal> {
    Uuid::parse_str(id).map(Target::Person).map_err(|_| domain::Rejection::UnknownPerson.into())
}

/// A certificate number that is one.
pub(crate) fn certificate(number: &str, today: Day) -> Result<CertificateNumber, Refusal> {
    CertificateNumber::parse(number.trim(), today).map_err(|error| Refusal {
        code: error.code(),
        message: error.to_string(),
        field: Some("certificate"),
    })
}

/// Why somebody does what must be justified: some characters, and what an entry of the access log has room for.
pub(crate) fn reason(reason: &str) -> Result<String, Refusal> {
    let reason: Text<REASON_CHARS_MAX> = text("reason", reason.trim())?;
    if reason.as_str().chars().count() < REASON_CHARS_MIN {
        return Err(Refusal::missing("reason", "the reason is too short: say what it is needed for"));
    }
    if reason.as_str().len() > AccessNote::REASON_BYTES_MAX {
        let message = format!("the text is longer than {} bytes", AccessNote::REASON_BYTES_MAX);
        return Err(Refusal { code: "TOO_LONG", message, field: Some("reason") });
    }
    Ok(reason.as_str().to_owned())
}

/// A county by its code.
pub(crate) fn county(field: &'static str, code: &ID) -> Result<County, Refusal> {
    let county = code.parse().ok().and_then(|code| divisions().county(code));
    county.ok_or_else(|| Refusal {
        code: "UNKNOWN_REGION",
        message: "no county has this code: `regions` lists them".to_owned(),
        field: Some(field),
    })
}

/// A text that is there, is not too long and shows what it says.
pub(crate) fn text<const CHARS_MAX: usize>(
    field: &'static str,
    text: &str,
) -> Result<Text<CHARS_MAX>, Refusal> {
    if text.chars().any(deceives) {
        return Err(Refusal {
            code: "BAD_CHARACTERS",
            message: "the text holds control, direction or invisible characters: leave them out".to_owned(),
            field: Some(field),
        });
    }
    Text::parse(text).map_err(|error| match error {
        TextError::Empty => Refusal::missing(field, "the text is empty"),
        TextError::TooLong { .. } => {
            Refusal { code: "TOO_LONG", message: error.to_string(), field: Some(field) }
        }
    })
}

/// Characters that show nothing, or make others show elsewhere: Unicode's controls but for line ends and tabs, its bidirectional controls, and
/// those of no width.
fn deceives(char: char) -> bool {
    let is_layout = matches!(char, '\n' | '\r' | '\t');
    let is_direction = matches!(char, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let is_invisible = matches!(char, '\u{ad}' | '\u{200b}' | '\u{2060}'..='\u{2064}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}');
    char.is_control() && !is_layout || is_direction || is_invisible
}

/// Nothing but white space is as good as nothing.
pub(crate) fn optional_text<const CHARS_MAX: usize>(
    field: &'static str,
    value: Option<&str>,
) -> Result<Option<Text<CHARS_MAX>>, Refusal> {
    value.filter(|value| !value.trim().is_empty()).map(|value| text(field, value)).transpose()
}

/// An id of somebody who works or provides something.
pub(crate) fn id(field: &'static str, id: &ID) -> Result<Identifier, Refusal> {
    Identifier::parse(id).map_err(|error| Refusal {
        code: "BAD_IDENTIFIER",
        message: error.to_string(),
        field: Some(field),
    })
}

pub(crate) fn optional_id(field: &'static str, value: Option<&ID>) -> Result<Option<Identifier>, Refusal> {
    value.map(|value| id(field, value)).transpose()
}
