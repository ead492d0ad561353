//! A cheap look at a document's text before it is parsed: how many tokens, how deep the brackets. The parser calls itself for each
//! bracket, so it never sees a text that is nested deep.

/// What the text is made of; comments count as tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Extent {
    pub(super) tokens: usize,
}

/// Why a text is not worth parsing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unreadable {
    #[error("the document has more than {max} tokens: ask for less, or in several requests")]
    TooManyTokens { max: usize },
    #[error("the document has more than {max} brackets inside each other: nest less")]
    TooDeep { max: usize },
    #[error("a string that begins at byte {at} has no end: close it")]
    OpenString { at: usize },
}

/// White space and comments count as a token for so many bytes, as the parser goes over them several times.
const SPACES_PER_TOKEN: usize = 16;

/// Goes over the text once. A string that is not closed is refused here, as the parser would look for tokens inside it.
pub(super) fn scan(text: &str, tokens_max: usize, brackets_max: usize) -> Result<Extent, Unreadable> {
    let bytes = text.as_bytes();
    let (mut at, mut tokens, mut open) = (0, 0, 0_usize);
    while let Some(&byte) = bytes.get(at) {
        let start = at;
        let mut counted = 1;
        match byte {
            _ if is_space(byte) => {
                at = end_of(bytes, at, is_space);
                counted = (at - start) / SPACES_PER_TOKEN;
            }
            b'#' => {
                at = end_of(bytes, at, |byte| !matches!(byte, b'\n' | b'\r'));
                counted += (at - start) / SPACES_PER_TOKEN;
            }
            b'"' => at = end_of_string(bytes, at).ok_or(Unreadable::OpenString { at: start })?,
            b'{' | b'[' | b'(' => {
                open += 1;
                at += 1;
            }
            b'}' | b']' | b')' => {
                open = open.saturating_sub(1);
                at += 1;
            }
            b'.' if bytes[at..].starts_with(b"...") => at += 3,
            b'1'..=b'9' => at = end_of(bytes, at, |byte| byte.is_ascii_digit()),
            _ if is_name(byte) && byte != b'0' => {
                at = end_of(bytes, at, is_name);
                counted += constants_before_the_last(&bytes[start..at]);
            }
            // A zero as well: the grammar reads `000` as three numbers.
            _ => at += 1,
        }
        tokens += counted;
        if tokens > tokens_max {
            return Err(Unreadable::TooManyTokens { max: tokens_max });
        }
        if open > brackets_max {
            return Err(Unreadable::TooDeep { max: brackets_max });
        }
    }
    Ok(Extent { tokens })
}

/// The byte order mark is white space wherever it stands; its bytes begin or follow nothing else that may stand outside strings and
/// comments.
fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b',' | 0xEF | 0xBB | 0xBF)
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// The grammar reads `truetruenull` as three values, so a word that begins like this counts for as many as it may hold.
fn constants_before_the_last(word: &[u8]) -> usize {
    const SHORTEST_BYTES: usize = 4;
    let begins = [&b"true"[..], b"false", b"null"].iter().any(|constant| word.starts_with(constant));
    if begins { word.len() / SHORTEST_BYTES - 1 } else { 0 }
}

fn end_of(bytes: &[u8], from: usize, inside: impl Fn(u8) -> bool) -> usize {
    bytes[from..].iter().position(|&byte| !inside(byte)).map_or(bytes.len(), |length| from + length)
}

/// Behind the closing quotes.
fn end_of_string(bytes: &[u8], from: usize) -> Option<usize> {
    const BLOCK: &[u8] = b"\"\"\"";
    if bytes[from..].starts_with(BLOCK) {
        let mut at = from + BLOCK.len();
        while at < bytes.len() {
            if bytes[at..].starts_with(b"\\\"\"\"") {
                at += 1 + BLOCK.len();
            } else if bytes[at..].starts_with(BLOCK) {
                return Some(at + BLOCK.len());
            } else {
                at += 1;
            }
        }
        return None;
    }
    let mut at = from + 1;
    loop {
        match bytes.get(at)? {
            b'"' => return Some(at + 1),
            b'\n' | b'\r' => return None,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(text: &str) -> Result<usize, Unreadable> {
        scan(text, 1_000, 4).map(|extent| extent.tokens)
    }

    #[test]
    fn tokens_are_counted_as_the_grammar_has_them() {
        assert_eq!(tokens(""), Ok(0));
        assert_eq!(tokens("{ a(x: -1, y: $z) ...F @skip(if: true) }"), Ok(22));
        assert_eq!(tokens("\u{feff}{ a } # } } } \" {{{{{{{"), Ok(5));
        assert_eq!(tokens("{ a # (((((((\n }"), Ok(4));
        assert_eq!(tokens("{ a # (((((((\r }"), Ok(4));
    }

    #[test]
    fn brackets_in_strings_do_not_nest() {
        assert_eq!(tokens(r#"["{{{{{{" "\"((((((" "\\"]"#), Ok(5));
        assert_eq!(tokens(r#"[""" {{{{{{ " \""" ((((( """ """"""]"#), Ok(4));
        assert_eq!(tokens(r#"["""\\""" {{{{{ """]"#), Ok(3));
    }

    #[test]
    fn a_string_without_an_end_hides_nothing_from_the_limits() {
        assert_eq!(tokens(r#"[ """ " {{{{{{{"#), Err(Unreadable::OpenString { at: 2 }));
        assert_eq!(tokens("[ \"abc\n{{{{{{{\"]"), Err(Unreadable::OpenString { at: 2 }));
        assert_eq!(tokens(r#""abc\"#), Err(Unreadable::OpenString { at: 0 }));
        assert_eq!(tokens("\""), Err(Unreadable::OpenString { at: 0 }));
    }

    #[test]
    fn each_kind_of_bracket_counts() {
        assert_eq!(tokens("{[({"), Ok(4));
        assert_eq!(tokens("{[({["), Err(Unreadable::TooDeep { max: 4 }));
        assert_eq!(tokens(&"()".repeat(400)), Ok(800));
    }

    #[test]
    fn tokens_have_a_limit() {
        assert_eq!(tokens(&"a ".repeat(1_000)), Ok(1_000));
        assert_eq!(tokens(&"a ".repeat(1_001)), Err(Unreadable::TooManyTokens { max: 1_000 }));
        assert_eq!(tokens(&"!".repeat(1_001)), Err(Unreadable::TooManyTokens { max: 1_000 }));
    }

    #[test]
    fn what_the_grammar_takes_apart_counts_for_its_parts() {
        for text in ["0", "1-", "true", "null", "false1-", "a\u{feff}"] {
            let refused = tokens(&text.repeat(1_001));
            assert_eq!(refused, Err(Unreadable::TooManyTokens { max: 1_000 }), "{text}");
        }
        assert_eq!(tokens(&" ".repeat(16 * 1_000)), Ok(1_000));
        assert_eq!(tokens(&" ".repeat(16 * 1_001)), Err(Unreadable::TooManyTokens { max: 1_000 }));
        assert!(tokens(&format!("#{}", "-".repeat(16 * 1_000))).is_err());
        assert_eq!(tokens("nullable a0 10 1.5e3"), Ok(8));
    }
}
