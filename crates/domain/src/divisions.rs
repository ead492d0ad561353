//! 行政区划: the region, its 12 leagues and cities, 103 counties, and the townships that stand for their counties.

use std::{collections::HashMap, fmt, sync::LazyLock};

use serde::{Deserialize, Serialize};

const REGIONS_CSV: &str = include_str!("../../../schema/divisions/regions-15.csv");
const TOWNSHIPS_CSV: &str = include_str!("../../../schema/divisions/townships-15.csv");

/// A county-level division (旗县区) of the list.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct County(u8);

/// Any division of the list, of whatever level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Region(u8);

/// Level of a division.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// 自治区.
    Province,
    /// 盟市.
    Prefecture,
    /// 旗县区.
    County,
}

/// One row of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Division {
    /// Six-digit code (GB/T 2260).
    pub code: u32,
    /// Chinese name.
    pub name: &'static str,
    /// Level.
    pub level: Level,
    /// The division above.
    pub parent: Option<Region>,
    /// The divisions right below, by code.
    pub children: Vec<Region>,
    /// The counties in it, itself if it is one.
    pub counties: Vec<County>,
}

/// The list.
#[derive(Debug)]
pub struct Divisions {
    rows: Vec<Division>,
    by_code: HashMap<u32, Region>,
    counties: Vec<Region>,
    townships: HashMap<u32, County>,
}

/// The list that ships with this version.
pub fn divisions() -> &'static Divisions {
    static DIVISIONS: LazyLock<Divisions> = LazyLock::new(Divisions::shipped);
    &DIVISIONS
}

impl Divisions {
    /// The text that the list was read from: what a report's content hash covers.
    pub const SOURCE: &'static str = REGIONS_CSV;

    fn shipped() -> Divisions {
        let mut list = Divisions {
            rows: Vec::new(),
            by_code: HashMap::new(),
            counties: Vec::new(),
            townships: HashMap::new(),
        };
        for line in REGIONS_CSV.lines().skip(1) {
            let mut columns = line.split(',');
            let (Some(code), Some(name), Some(parent), Some(level)) =
                (columns.next(), columns.next(), columns.next(), columns.next())
            else {
                continue;
            };
            let Ok(code) = code.parse() else { continue };
            let parent = parent.parse().ok().and_then(|parent: u32| list.by_code.get(&parent).copied());
            let level = match level {
                "province" => Level::Province,
                "prefecture" => Level::Prefecture,
                _ => Level::County,
            };
            // A test holds the list to 116 rows.
            let region = Region(list.rows.len() as u8);
            list.rows.push(Division {
                code,
                name,
                level,
                parent,
                children: Vec::new(),
                counties: Vec::new(),
            });
            list.by_code.insert(code, region);
            if let Some(parent) = parent {
                list.rows[parent.0 as usize].children.push(region);
            }
            if level == Level::County {
                let county = County(list.counties.len() as u8);
                list.counties.push(region);
                let mut above = Some(region);
                while let Some(at) = above {
                    let row = &mut list.rows[at.0 as usize];
                    row.counties.push(county);
                    above = row.parent;
                }
            }
        }
        for line in TOWNSHIPS_CSV.lines().skip(1) {
            let mut columns = line.split(',').map(|column| column.parse::<u32>().ok());
            if let (Some(Some(code)), _, Some(Some(county))) =
                (columns.next(), columns.next(), columns.next())
                && let Some(county) = list.county(county)
            {
                list.townships.insert(code, county);
            }
        }
        list
    }

    /// The division with this six-digit code.
    pub fn region(&self, code: u32) -> Option<Region> {
        self.by_code.get(&code).copied()
    }

    /// The county with this six-digit code.
    pub fn county(&self, code: u32) -> Option<County> {
        self.counties
            .iter()
            .position(|region| self.rows[region.0 as usize].code == code)
            .map(|at| County(at as u8))
    }

    /// The county for six digits of a county or nine of a township.
    pub fn county_of(&self, text: &str) -> Option<County> {
        if !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        match text.len() {
            6 => self.county(text.parse().ok()?),
            9 => self.townships.get(&text.parse().ok()?).copied(),
            _ => None,
        }
    }

    /// The whole: 150000.
    pub fn whole(&self) -> Region {
        Region(0)
    }

    /// Every division, in the order of the list.
    pub fn regions(&self) -> impl Iterator<Item = Region> {
        (0..self.rows.len() as u8).map(Region)
    }

    /// Every county, in the order of the list.
    pub fn counties(&self) -> impl Iterator<Item = County> {
        (0..self.counties.len() as u8).map(County)
    }
}

impl Region {
    /// Whether a county lies in it, or is it.
    pub fn contains(self, county: County) -> bool {
        self.division().counties.binary_search(&county).is_ok()
    }

    /// Whether another division lies in it, or is it.
    pub fn covers(self, other: Region) -> bool {
        let mut at = Some(other);
        while let Some(region) = at {
            if region == self {
                return true;
            }
            at = region.division().parent;
        }
        false
    }

    /// Place among the divisions, from 0; stable only for one division list.
    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }

    /// Its row of the list.
    pub fn division(self) -> &'static Division {
        &divisions().rows[self.0 as usize]
    }
}

impl County {
    /// Six-digit code.
    pub fn code(self) -> u32 {
        self.region().division().code
    }

    /// The county as a region.
    pub fn region(self) -> Region {
        divisions().counties[self.0 as usize]
    }

    /// Place among the counties, from 0; stable only for one division list.
    pub fn index(self) -> u8 {
        self.0
    }

    /// The county at a place among the counties.
    pub fn from_index(index: u8) -> Option<County> {
        ((index as usize) < divisions().counties.len()).then_some(County(index))
    }
}

impl TryFrom<String> for Region {
    type Error = &'static str;
    fn try_from(code: String) -> Result<Self, Self::Error> {
        let code = (code.len() == 6).then(|| code.parse().ok()).flatten();
        code.and_then(|code| divisions().region(code)).ok_or("no division has this code")
    }
}

impl From<Region> for String {
    fn from(region: Region) -> String {
        region.division().code.to_string()
    }
}

impl TryFrom<String> for County {
    type Error = &'static str;
    fn try_from(code: String) -> Result<Self, Self::Error> {
        let code = (code.len() == 6).then(|| code.parse().ok()).flatten();
        code.and_then(|code| divisions().county(code)).ok_or("no county has this code")
    }
}

impl From<County> for String {
    fn from(county: County) -> String {
        county.code().to_string()
    }
}

impl fmt::Debug for County {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "County({})", self.code())
    }
}
