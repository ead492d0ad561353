//! Divisions.

use async_graphql::{Enum, ID, Object};
use sigeyi_domain::{Level, divisions};

#[derive(Debug, Clone, Copy)]
pub(crate) struct Region(pub(crate) sigeyi_domain::Region);

/// Level of a division. 层级
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum RegionLevel {
    /// 自治区 The whole.
    Province,
    /// 盟市 League or city.
    Prefecture,
    /// 旗县区 County.
    County,
}

/// A division by its code.
pub(crate) fn find(code: &ID) -> Option<Region> {
    code.parse().ok().and_then(|code| divisions().region(code)).map(Region)
}

/// A division of the list (GB/T 2260): the region, a league or city, or a county. 行政区划
#[Object]
impl Region {
    /// Six-digit code. 区划代码
    async fn code(&self) -> ID {
        self.0.division().code.to_string().into()
    }

    /// Chinese name. 名称
    async fn name(&self) -> &'static str {
        self.0.division().name
    }

    /// Level. 层级
    async fn level(&self) -> RegionLevel {
        match self.0.division().level {
            Level::Province => RegionLevel::Province,
            Level::Prefecture => RegionLevel::Prefecture,
            Level::County => RegionLevel::County,
        }
    }

    /// The division above. 上级
    async fn parent(&self) -> Option<Region> {
        self.0.division().parent.map(Region)
    }

    /// The divisions right below, by code. 下级
    #[graphql(complexity = "child_complexity.saturating_mul(16).saturating_add(1)")]
    async fn children(&self) -> Vec<Region> {
        self.0.division().children.iter().copied().map(Region).collect()
    }
}
