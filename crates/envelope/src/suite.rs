//! Which algorithms hash, seal and sign.

use std::fmt;

/// The algorithms of a log, chosen when its directory is made and then the same for ever. This crate knows their names and numbers;
/// who holds a key or a tree knows what they do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Suite {
    /// SHA-256, AES-256-GCM, Ed25519.
    #[default]
    International,
    /// 国密: SM3 (GB/T 32905), SM4-GCM (GB/T 32907, RFC 8998), SM2 (GB/T 32918).
    Guomi,
}

impl Suite {
    /// Every suite there is.
    pub const ALL: [Suite; 2] = [Suite::International, Suite::Guomi];

    /// The number in the header of an event.
    pub fn number(self) -> u8 {
        match self {
            Suite::International => 1,
            Suite::Guomi => 2,
        }
    }

    /// The suite of a number; none for one that this version does not know.
    pub fn from_number(number: u8) -> Option<Suite> {
        match number {
            1 => Some(Suite::International),
            2 => Some(Suite::Guomi),
            _ => None,
        }
    }

    /// What operators call it.
    pub fn name(self) -> &'static str {
        match self {
            Suite::International => "international",
            Suite::Guomi => "guomi",
        }
    }
}

impl fmt::Display for Suite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.number(), self.name())
    }
}
