//! Figures of a region.

use std::sync::Arc;

use async_graphql::Object;
use sigeyi_domain::{Figure, access::Mask, suppression};
use sigeyi_engine::ProgressAnswer;

use super::{
    plan::Plan,
    region::Region,
    scalars::{Date, Position},
};

#[derive(Clone)]
pub(crate) struct Progress {
    region: sigeyi_domain::Region,
    answer: Arc<ProgressAnswer>,
    shown: Shown,
}

/// How much of the figures the reader sees.
#[derive(Clone)]
enum Shown {
    /// Every figure.
    All,
    /// Those that tell nothing of a handful of people.
    Published(suppression::Published),
    /// None.
    Nothing,
}

impl Progress {
    pub(crate) fn new(region: sigeyi_domain::Region, answer: Arc<ProgressAnswer>, mask: Mask) -> Progress {
        let shown = match mask {
            Mask::NoPeople => Shown::Nothing,
            Mask::SuppressedFigures => {
                Shown::Published(suppression::publish(|region| answer.counties.of(region)))
            }
            Mask::Figures | Mask::Pseudonymous | Mask::Masked | Mask::Clear => Shown::All,
        };
        Progress { region, answer, shown }
    }

    /// Whether the region, or one right below it, has other figures, or the day is another.
    pub(crate) fn differs_from(&self, other: &Progress) -> bool {
        let below = &self.region.division().children;
        self.answer.as_of != other.answer.as_of
            || std::iter::once(&self.region)
                .chain(below)
                .any(|region| self.answer.counties.of(*region) != other.answer.counties.of(*region))
    }

    fn get(&self, figure: Figure) -> Option<u32> {
        match &self.shown {
            Shown::All => Some(self.answer.counties.of(self.region).get(figure)),
            Shown::Published(published) => published.of(self.region).get(figure),
            Shown::Nothing => None,
        }
    }
}

/// How far a region is, in people. Whoever counts in a step, in `complete` or in `withNeed` is in scope on the day.
/// A figure is null where it is withheld from the reader, because fewer than five people could be told from it (小于5或可推算，不公布); analysts read figures so,
/// offices see them all. 进度
#[Object]
impl Progress {
    /// Where. 地区
    async fn region(&self) -> Region {
        Region(self.region)
    }

    /// Under which plan. 方案
    async fn plan(&self) -> Plan {
        Plan(self.answer.plan)
    }

    /// As of the end of this day. 截至
    async fn as_of(&self) -> Date {
        Date(self.answer.as_of)
    }

    /// Knowing the log up to here. 位置
    async fn position(&self) -> Position {
        Position(self.answer.position)
    }

    /// People who were known at `position` and whose data have been erased since: the figures are without them. 此后删除
    async fn erased_since(&self) -> Option<u32> {
        match self.shown {
            Shown::All => Some(self.answer.erased_since.of(self.region)),
            // They are few, and one month's less the next's.
            Shown::Published(_) | Shown::Nothing => None,
        }
    }

    /// Enrolled by the day, those who left included. 登记
    async fn registered(&self) -> Option<u32> {
        self.get(Figure::Registered)
    }

    /// Of working age, not employed, and not left, on the day. 在范围
    async fn in_scope(&self) -> Option<u32> {
        self.get(Figure::InScope)
    }

    /// First step done. 已核对
    async fn info_verified(&self) -> Option<u32> {
        self.get(Figure::InfoVerified)
    }

    /// Second step done. 已评估
    async fn ability_assessed(&self) -> Option<u32> {
        self.get(Figure::AbilityAssessed)
    }

    /// Third step done. 已登记需求
    async fn demand_registered(&self) -> Option<u32> {
        self.get(Figure::DemandRegistered)
    }

    /// Fourth step done. 已服务
    async fn service_delivered(&self) -> Option<u32> {
        self.get(Figure::ServiceDelivered)
    }

    /// All four done: the regional plan's text. 四项完成
    async fn complete(&self) -> Option<u32> {
        self.get(Figure::Complete)
    }

    /// With an employment need. 有需求
    async fn with_need(&self) -> Option<u32> {
        self.get(Figure::WithNeed)
    }

    /// All four done where there is a need, the first alone where there is none: the national text. 国家口径完成
    async fn complete_national(&self) -> Option<u32> {
        self.get(Figure::CompleteNational)
    }

    /// In scope on at least one day of the plan so far. 曾在范围
    async fn ever_in_scope(&self) -> Option<u32> {
        self.get(Figure::EverInScope)
    }

    /// Of these, all four done by the day, whether still in scope or not. 曾完成
    async fn ever_complete(&self) -> Option<u32> {
        self.get(Figure::EverComplete)
    }

    /// A step was done on an earlier day than one that comes before it, or without it. 顺序不同
    async fn out_of_order(&self) -> Option<u32> {
        self.get(Figure::OutOfOrder)
    }

    /// Whether any figure of this region is withheld from the reader, asked for or not. 有不公布的数字
    async fn suppressed(&self) -> bool {
        match &self.shown {
            Shown::All => false,
            Shown::Published(published) => published.of(self.region).is_withheld(),
            Shown::Nothing => true,
        }
    }

    /// The same of the divisions right below, by code. 下级
    #[graphql(complexity = "child_complexity.saturating_mul(16).saturating_add(1)")]
    async fn children(&self) -> Vec<Progress> {
        let children = self.region.division().children.iter();
        children.map(|region| Progress { region: *region, ..self.clone() }).collect()
    }
}
