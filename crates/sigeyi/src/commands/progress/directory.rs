//! The figures of an open directory.

use sigeyi_domain::{Figure, Plan, Region, divisions};
use sigeyi_engine::{Engine, ProgressAnswer, Times};

use super::{
    Question,
    figures::{Figures, RegionFigures, Shown},
};
use crate::error::CliError;

pub(super) fn ask(engine: &Engine, question: &Question) -> Result<Figures, CliError> {
    let Times { as_of, known_at } = question.times;
    let plan = question.plan.unwrap_or_else(|| Plan::on(as_of.unwrap_or_else(|| engine.today())));
    let answer = engine.progress(plan, as_of, known_at)?;
    Ok(of_answer(engine, &answer, question.shown))
}

/// The figures of an answer. Also the end of `demo`.
pub(crate) fn of_answer(engine: &Engine, answer: &ProgressAnswer, shown: Shown) -> Figures {
    let regions: Vec<Region> = match shown {
        Shown::All => divisions().regions().collect(),
        Shown::WithChildren(region) => {
            std::iter::once(region).chain(region.division().children.iter().copied()).collect()
        }
    };
    let row = |region: Region| {
        let (progress, division) = (answer.counties.of(region), region.division());
        RegionFigures {
            code: division.code.to_string(),
            name: division.name.to_owned(),
            counts: Figure::ALL.map(|figure| Some(progress.get(figure))),
        }
    };
    Figures {
        plan: answer.plan.id.clone(),
        plan_title: answer.plan.title.clone(),
        as_of: answer.as_of.to_string(),
        position: answer.position.to_string(),
        head: engine.head().to_string(),
        regions: regions.into_iter().map(row).collect(),
    }
}
