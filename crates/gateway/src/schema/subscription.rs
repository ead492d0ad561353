//! What can be followed.

use std::{sync::Arc, time::Duration};

use async_graphql::{Context, ID, Result, Subscription as GraphQlSubscription};
use futures_util::{Stream, stream};
use sigeyi_domain::access::Mask;
use tokio::{sync::watch, time::Instant};

use super::{
    errors::of_question, event::Event, events::EventFilter, people::unknown_region, progress::Progress,
    reading::plan_or_current, region, release::live, scalars::Position, service::Service,
};
use crate::{
    scope::{Readable, ReadableLog, Scope},
    witness::Witnessed,
};

/// Events that are read from the log at a time.
const EVENTS_AT_A_TIME: usize = 256;
/// Events that are looked at for them at most.
const LOOKED_AT_MAX: usize = 8_192;
/// Newest figures are sent at most so often.
const PROGRESS_EVERY: Duration = Duration::from_millis(250);
/// A day may pass without an event.
const DAY_IS_LOOKED_AT_EVERY: Duration = Duration::from_secs(60);

pub(crate) struct Subscription;

/// What can be followed.
#[GraphQlSubscription]
impl Subscription {
    /// Every event after a position, each once and in order, then those to come. After a broken connection go on with `after` the last position
    /// seen. 事件流
    #[graphql(complexity = "child_complexity.saturating_add(5)")]
    async fn events(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "Strictly after this position; \"0\" is the beginning, without it from now on. 起始位置"
        )]
        after: Option<Position>,
        #[graphql(desc = "Which events. 筛选条件")] filter: Option<EventFilter>,
    ) -> Result<impl Stream<Item = Result<Event>> + use<>> {
        let service = ctx.data::<Arc<Service>>()?.clone();
        let log = Scope::of(ctx)?.log(filter.unwrap_or_default().checked()?)?;
        let witnessed = Witnessed::of(ctx)?;
        let after = after.map_or_else(|| service.engine.head(), |after| after.0);
        Ok(events(service, after, log, witnessed))
    }

    /// The newest figures of a region, at once and then whenever they have changed, at most four times a second. 实时进度
    #[graphql(complexity = "child_complexity.saturating_add(5)")]
    async fn progress(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Code of the region; without it the only one that one reads, or the whole. 地区")]
        region: Option<ID>,
        #[graphql(desc = "Id of the plan; without it the one in force. 方案")] plan: Option<ID>,
    ) -> Result<impl Stream<Item = Result<Progress>> + use<>> {
        let service = ctx.data::<Arc<Service>>()?.clone();
        let region = region.map(|code| region::find(&code).ok_or_else(unknown_region)).transpose()?;
        let (region, mask) = Scope::of(ctx)?.figures(region.map(|region| region.0))?;
        live(mask)?;
        let plan = plan_or_current(plan.as_ref(), &service.engine.read(), None)?;
        Ok(figures(service, region, mask, plan))
    }
}

/// Where a follower of the log stands.
struct Follower {
    service: Arc<Service>,
    head: watch::Receiver<sigeyi_engine::Position>,
    log: ReadableLog,
    witnessed: Witnessed,
    through: sigeyi_engine::Position,
    /// Read and not given yet.
    read: std::vec::IntoIter<Readable>,
}

/// The log by position: there is no queue that could overflow, and the head's moving is nothing but a wake-up.
fn events(
    service: Arc<Service>,
    after: sigeyi_engine::Position,
    log: ReadableLog,
    witnessed: Witnessed,
) -> impl Stream<Item = Result<Event>> {
    let head = service.head.clone();
    let read = Vec::new().into_iter();
    let follower = Follower { service, head, log, witnessed, through: after, read };
    stream::try_unfold(follower, async |mut follower| {
        loop {
            if let Some(event) = follower.read.next() {
                return Ok(Some((Event(event), follower)));
            }
            if follower.wait().await.is_err() {
                return Ok(None);
            }
            follower.read().await?;
        }
    })
}

impl Follower {
    /// Waits until there is something to read; an error when there will be nothing more.
    async fn wait(&mut self) -> Result<(), watch::error::RecvError> {
        let through = self.through;
        self.head.wait_for(|head| *head > through).await.map(|_| ())
    }

    async fn read(&mut self) -> Result<()> {
        let reading = self.service.engine.read();
        let (after, filter) = (self.through, self.log.filter().clone());
        let read = move || reading.events(after, &filter, EVENTS_AT_A_TIME, LOOKED_AT_MAX);
        // Reading may touch the disk.
        let page = tokio::task::spawn_blocking(read).await.map_err(|_| "the log could not be read")?;
        let page = page.map_err(of_question)?;
        self.through = page.through;
        let show = |event| self.log.show(&self.service.engine, event);
        let shown: Vec<Readable> = page.events.into_iter().filter_map(show).collect();
        let traces = shown.iter().map(Readable::trace);
        self.witnessed.events(&self.service, &self.log, traces, page.through).await?;
        self.read = shown.into_iter();
        Ok(())
    }
}

/// A region's figures, and those that were sent last.
struct Figures {
    service: Arc<Service>,
    head: watch::Receiver<sigeyi_engine::Position>,
    region: sigeyi_domain::Region,
    mask: Mask,
    plan: &'static sigeyi_domain::Plan,
    last: Option<Progress>,
    looked_at: Instant,
}

fn figures(
    service: Arc<Service>,
    region: sigeyi_domain::Region,
    mask: Mask,
    plan: &'static sigeyi_domain::Plan,
) -> impl Stream<Item = Result<Progress>> {
    let head = service.head.clone();
    let figures = Figures { service, head, region, mask, plan, last: None, looked_at: Instant::now() };
    stream::try_unfold(figures, async |mut figures| {
        loop {
            if figures.last.is_some() && figures.wait().await.is_err() {
                return Ok(None);
            }
            let progress = figures.newest()?;
            if figures.last.as_ref().is_none_or(|last| last.differs_from(&progress)) {
                figures.last = Some(progress.clone());
                return Ok(Some((progress, figures)));
            }
        }
    })
}

impl Figures {
    /// Waits until the figures may have changed: by an event, or by the day. An error when nothing will change any more.
    async fn wait(&mut self) -> Result<(), watch::error::RecvError> {
        match tokio::time::timeout(DAY_IS_LOOKED_AT_EVERY, self.head.changed()).await {
            Ok(changed) => changed?,
            Err(_) => return Ok(()),
        }
        tokio::time::sleep_until(self.looked_at + PROGRESS_EVERY).await;
        Ok(())
    }

    fn newest(&mut self) -> Result<Progress> {
        self.head.mark_unchanged();
        self.looked_at = Instant::now();
        let answer = self.service.engine.progress(self.plan, None, None).map_err(of_question)?;
        Ok(Progress::new(self.region, Arc::new(answer), self.mask))
    }
}
