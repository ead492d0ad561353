//! 公民身份号码 and 残疾人证号.

use std::{fmt, num::NonZeroU64};

use serde::{Deserialize, Serialize};

use crate::{Day, DisabilityCategory, DisabilityGrade};

/// Sex as the citizen number says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sex {
    /// 男: odd sequence number.
    Male,
    /// 女: even sequence number.
    Female,
}

/// 公民身份号码 (GB 11643): six digits, birth date, three-digit sequence; the check character follows from them. Held in 53 bits.
/// The first six digits are not looked up: codes that no longer exist stand on real cards.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CitizenNumber(NonZeroU64);

/// 残疾人证号: citizen number, category, grade, and a reissue mark (`B1`, `B2` …) after a loss.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CertificateNumber {
    citizen: CitizenNumber,
    category: DisabilityCategory,
    grade: DisabilityGrade,
    reissue: u32,
}

/// Text that is no certificate number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    /// Not 18 characters of a citizen number with a possible, past birth date, a category 1–7, a grade 1–4 and perhaps `B` and a number.
    #[error(
        "a certificate number is a citizen number, a category 1-7, a grade 1-4, and perhaps B and a number"
    )]
    Format,
    /// The 18th character is not the check character.
    #[error("the check character of the citizen number is wrong")]
    Checksum,
}

impl CitizenNumber {
    /// Reads 17 digits and a check character; `x` is read as `X`. A birth date after `today` is a wrong format.
    pub fn parse(text: &str, today: Day) -> Result<Self, CertificateError> {
        let bytes = text.as_bytes().first_chunk::<18>().ok_or(CertificateError::Format)?;
        let [digits @ .., check] = bytes;
        if bytes.len() != text.len() || !digits.iter().all(u8::is_ascii_digit) {
            return Err(CertificateError::Format);
        }
        if !check.is_ascii_digit() && !matches!(check, b'X' | b'x') {
            return Err(CertificateError::Format);
        }
        let number = |range: std::ops::Range<usize>| {
            digits[range].iter().fold(0_u64, |value, digit| value * 10 + u64::from(digit - b'0'))
        };
        let (region, sequence) = (number(0..6), number(14..17));
        let (year, month, day) = (number(6..10), number(10..12), number(12..14));
        // Two and four digits fit.
        let birth = Day::new(year as i16, month as i8, day as i8).map_err(|_| CertificateError::Format)?;
        if birth > today {
            return Err(CertificateError::Format);
        }
        let packed = NonZeroU64::new(region << 33 | year << 19 | month << 15 | day << 10 | sequence);
        let citizen = CitizenNumber(packed.ok_or(CertificateError::Format)?);
        if citizen.check_character() != check.to_ascii_uppercase() {
            return Err(CertificateError::Checksum);
        }
        Ok(citizen)
    }

    /// Year, month and day of birth.
    pub fn birth(self) -> (i16, i8, i8) {
        let bits = self.0.get();
        (((bits >> 19) & 0x3fff) as i16, ((bits >> 15) & 0xf) as i8, ((bits >> 10) & 0x1f) as i8)
    }

    /// 男 or 女.
    pub fn sex(self) -> Sex {
        if self.0.get() & 1 == 1 { Sex::Male } else { Sex::Female }
    }

    /// Sequence number, 0 to 999. Synthetic people have 900 and above.
    pub fn sequence(self) -> u16 {
        (self.0.get() & 0x3ff) as u16
    }

    /// The day somebody reaches an age. Born on 29 February: that day in a leap year, else 1 March.
    pub fn birthday(self, age: u8) -> Day {
        let (year, month, day) = self.birth();
        let year = year + i16::from(age);
        Day::new(year, month, day).or_else(|_| Day::new(year, 3, 1)).unwrap_or(Day::MAX)
    }

    /// GB 11643, ISO 7064 MOD 11-2: weights 2^(18−i) mod 11.
    fn check_character(self) -> u8 {
        let mut sum = 0;
        let mut weight = 1;
        for digit in self.digits().iter().rev() {
            weight = weight * 2 % 11;
            sum += u32::from(digit - b'0') * weight;
        }
        b"10X98765432"[(sum % 11) as usize]
    }

    fn digits(self) -> [u8; 17] {
        let (year, month, day) = self.birth();
        let mut digits = [b'0'; 17];
        let mut write = |end: usize, mut value: u64| {
            let mut at = end;
            while value > 0 {
                at -= 1;
                digits[at] = b'0' + (value % 10) as u8;
                value /= 10;
            }
        };
        write(6, self.0.get() >> 33);
        write(10, year as u64);
        write(12, month as u64);
        write(14, day as u64);
        write(17, u64::from(self.sequence()));
        digits
    }
}

impl CertificateNumber {
    /// Reads a certificate number. A birth date after `today` is a wrong format; the format is judged before the checksum.
    pub fn parse(text: &str, today: Day) -> Result<Self, CertificateError> {
        let (citizen, tail) = text.split_at_checked(18).ok_or(CertificateError::Format)?;
        let (category, grade, reissue) = match tail.as_bytes() {
            [category, grade] => (category, grade, 0),
            [category, grade, b'B', first @ b'1'..=b'9', rest @ ..] if rest.len() <= 8 => {
                let number = rest.iter().try_fold(u32::from(first - b'0'), |value, byte| {
                    byte.is_ascii_digit().then(|| value * 10 + u32::from(byte - b'0'))
                });
                (category, grade, number.ok_or(CertificateError::Format)?)
            }
            _ => return Err(CertificateError::Format),
        };
        let category = DisabilityCategory::from_digit(*category).ok_or(CertificateError::Format)?;
        let grade = DisabilityGrade::from_digit(*grade).ok_or(CertificateError::Format)?;
        Ok(CertificateNumber { citizen: CitizenNumber::parse(citizen, today)?, category, grade, reissue })
    }

    /// The citizen number inside it: what makes two certificates one person's.
    pub fn citizen(self) -> CitizenNumber {
        self.citizen
    }

    /// 残疾类别.
    pub fn category(self) -> DisabilityCategory {
        self.category
    }

    /// 残疾等级.
    pub fn grade(self) -> DisabilityGrade {
        self.grade
    }

    /// How often it was reissued after a loss.
    pub fn reissue(self) -> u32 {
        self.reissue
    }
}

impl TryFrom<String> for CertificateNumber {
    type Error = CertificateError;
    fn try_from(text: String) -> Result<Self, CertificateError> {
        CertificateNumber::parse(&text, Day::MAX)
    }
}

impl From<CertificateNumber> for String {
    fn from(number: CertificateNumber) -> String {
        number.to_string()
    }
}

impl fmt::Display for CitizenNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.digits().iter().try_for_each(|digit| fmt::Write::write_char(f, char::from(*digit)))?;
        fmt::Write::write_char(f, char::from(self.check_character()))
    }
}

impl fmt::Display for CertificateNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}{}", self.citizen, self.category as u8 + 1, self.grade as u8 + 1)?;
        if self.reissue > 0 { write!(f, "B{}", self.reissue) } else { Ok(()) }
    }
}

// Numbers must not reach a log by way of `{:?}`.
impl fmt::Debug for CitizenNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CitizenNumber(…)")
    }
}

impl fmt::Debug for CertificateNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CertificateNumber(…)")
    }
}
