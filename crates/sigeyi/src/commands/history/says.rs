//! What an event says, in the words of the forms. What is sealed and was not opened is left out.

use sigeyi_domain::{Demand, Event, Score};

use crate::output::harmless;

/// A part for each thing it says.
pub(super) fn says(event: &Event) -> Vec<String> {
    let mut parts = Vec::new();
    let mut remark = |text: Option<&str>| parts.extend(text.map(harmless));
    match event {
        Event::InfoVerified { clear, sealed } => {
            remark(Some(clear.outcome.label()));
            remark(clear.method.map(|method| method.label()));
            let sealed = sealed.as_ref();
            remark(sealed.and_then(|sealed| sealed.values.as_ref()).map(|text| text.as_str()));
            remark(sealed.and_then(|sealed| sealed.remarks.as_ref()).map(|text| text.as_str()));
        }
        Event::VerificationAttempted { sealed, .. } => {
            remark(sealed.as_ref().and_then(|sealed| sealed.remarks.as_ref()).map(|text| text.as_str()));
        }
        Event::AbilityAssessed { sealed: Some(sealed), .. } => {
            remark(Some(sealed.conclusion.label()));
            let scores = sealed.scores.iter().flatten();
            let scores: Vec<String> = scores
                .map(|Score { dimension, score }| format!("{} {}", dimension.label(), u8::from(*score)))
                .collect();
            remark((!scores.is_empty()).then(|| scores.join("、")).as_deref());
            remark(sealed.remarks.as_ref().map(|text| text.as_str()));
        }
        Event::DemandRegistered { sealed: Some(sealed), .. } => match sealed.demand {
            Demand::Needs(needs) => {
                let needs: Vec<&str> = needs.iter().map(|need| need.label()).collect();
                remark(Some(&format!("有需求：{}", needs.join("、"))));
            }
            Demand::NoNeed(reason) => remark(Some(&format!("无需求：{}", reason.label()))),
        },
        Event::ServiceDelivered { clear, sealed } => {
            remark(Some(clear.service.label()));
            remark(sealed.as_ref().and_then(|sealed| sealed.remarks.as_ref()).map(|text| text.as_str()));
        }
        Event::EmploymentStarted { sealed: Some(sealed), .. } => {
            remark(sealed.employer.as_ref().map(|text| text.as_str()));
        }
        Event::TrainingCompleted { clear, .. } => remark(Some(clear.kind.label())),
        Event::PersonReinstated { clear, sealed } => {
            remark(Some(&format!("恢复 {} 的退出", clear.left)));
            remark(sealed.as_ref().and_then(|sealed| sealed.reason.as_ref()).map(|text| text.as_str()));
        }
        Event::RecordVoided { clear, sealed } => {
            remark(Some(&format!("作废 {} 的记录", clear.record)));
            remark(sealed.as_ref().and_then(|sealed| sealed.reason.as_ref()).map(|text| text.as_str()));
        }
        _ => {}
    }
    parts
}
