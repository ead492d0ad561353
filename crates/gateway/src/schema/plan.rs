//! Plans.

use async_graphql::{ID, Object};

use super::{codes::Code, scalars::Date};

#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan(pub(crate) &'static sigeyi_domain::Plan);

/// A plan: the window in which each of the four steps is promised once. 行动方案
#[Object]
impl Plan {
    /// Id, such as `nmg-2022-2024`.
    async fn id(&self) -> ID {
        self.0.id.as_str().into()
    }

    /// Chinese title. 名称
    async fn title(&self) -> &str {
        &self.0.title
    }

    /// First day. 开始
    async fn from(&self) -> Date {
        Date(self.0.from)
    }

    /// Last day. 结束
    async fn to(&self) -> Date {
        Date(self.0.to)
    }

    /// The steps, in their order. 四个一
    async fn steps(&self) -> Vec<Code<sigeyi_domain::Step>> {
        self.0.steps.iter().copied().map(Code).collect()
    }
}
