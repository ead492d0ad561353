//! `sigeyi history`: everything that was recorded of one person.

use std::io::{self, IsTerminal, Read};

use comfy_table::{ContentArrangement, Table, presets};
use sigeyi_domain::{CertificateNumber, CitizenNumber, Day, Demand, Event, Score};
use sigeyi_engine::{Engine, HistoryEvent, Options};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::{
    args::{HistoryArgs, HistoryFormat},
    error::CliError,
    open::open,
    output::{harmless, print},
};

/// What is read from standard input at most, in bytes.
const INPUT_BYTES_MAX: u64 = 4_096;

enum Who {
    Id(Uuid),
    Citizen(CitizenNumber),
}

/// Prints a person's events in order.
pub(crate) fn run(args: &HistoryArgs) -> Result<(), CliError> {
    let who = match &args.person {
        Some(text) => Who::Id(person_id(text)?),
        None => Who::Citizen(ask()?),
    };
    let engine = open(&args.data, Options::default())?;
    let person = match who {
        Who::Id(id) => id,
        Who::Citizen(citizen) => engine.find(citizen).ok_or(CliError::Nobody)?,
    };
    let events = engine.history(person)?.ok_or(CliError::Nobody)?;
    print(&match args.format {
        HistoryFormat::Table => table(&engine, person, &events),
        HistoryFormat::Json => json(person, &events),
    })
}

fn person_id(text: &str) -> Result<Uuid, CliError> {
    Uuid::parse_str(text).map_err(|_| {
        // The text is not repeated: it may be a certificate number.
        CliError::Usage(
            "PERSON 应为人员编号。残疾人证号请不要写在命令行上：不带参数运行，按提示输入，或从标准输入读取\n\
             PERSON is a person id. A certificate number is never an argument: leave it out and type it at the prompt, or send it to standard input"
                .into(),
        )
    })
}

fn ask() -> Result<CitizenNumber, CliError> {
    let unreadable = |source| CliError::Output { path: "(stdin)".into(), source };
    let text = if io::stdin().is_terminal() {
        Zeroizing::new(rpassword::prompt_password("残疾人证号 certificate number: ").map_err(unreadable)?)
    } else {
        let mut text = Zeroizing::new(String::new());
        io::stdin().take(INPUT_BYTES_MAX).read_to_string(&mut text).map_err(unreadable)?;
        text
    };
    CertificateNumber::parse(text.trim(), Day::MAX)
        .map(CertificateNumber::citizen)
        .map_err(|error| CliError::Usage(format!("残疾人证号不对 {}: {error}", error.code())))
}

fn table(engine: &Engine, person: Uuid, events: &[HistoryEvent]) -> String {
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY);
    table.set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header(["版本", "位置", "发生日期", "记录时间", "事项", "内容", "经办机构", "记录人", "作废"]);
    for event in events {
        let voided = event.voided_by.map_or(String::new(), |by| format!("已被 {by} 作废"));
        table.add_row([
            event.version.to_string(),
            event.position.to_string(),
            event.effective.to_string(),
            china_time(event.recorded_at),
            event.event.event_type().label().to_owned(),
            content(event),
            harmless(&event.office),
            event.actor.clone(),
            voided,
        ]);
    }
    format!(
        "人员 person {person} · {} 个事件 events · 位置 position {}\n{table}\n",
        events.len(),
        engine.head()
    )
}

/// Recorded time as an office in China reads it.
fn china_time(micros: i64) -> String {
    let in_china =
        jiff::Timestamp::from_microsecond(micros).map(|moment| jiff::tz::offset(8).to_datetime(moment));
    in_china.map(|time| time.strftime("%Y-%m-%d %H:%M:%S").to_string()).unwrap_or_default()
}

/// What the event says, and what it changed.
fn content(event: &HistoryEvent) -> String {
    let mut parts = says(&event.event);
    for change in &event.changes {
        parts.push(match &change.before {
            Some(before) => format!("{}：{} → {}", change.field, harmless(before), harmless(&change.after)),
            None => format!("{}：{}", change.field, harmless(&change.after)),
        });
    }
    parts.join("\n")
}

fn says(event: &Event) -> Vec<String> {
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

fn json(person: Uuid, events: &[HistoryEvent]) -> String {
    let value = |text: Option<String>| {
        text.and_then(|text| serde_json::from_str::<serde_json::Value>(&text).ok()).unwrap_or_default()
    };
    let events: Vec<serde_json::Value> = events
        .iter()
        .map(|event| {
            let changes: Vec<serde_json::Value> = event
                .changes
                .iter()
                .map(|change| {
                    serde_json::json!({"field": change.field, "before": change.before, "after": change.after})
                })
                .collect();
            serde_json::json!({
                "position": event.position.to_string(),
                "version": event.version,
                "type": event.event.event_type().name(),
                "label": event.event.event_type().label(),
                "effective_on": event.effective.to_string(),
                "recorded_at": jiff::Timestamp::from_microsecond(event.recorded_at).map(|at| at.to_string()).unwrap_or_default(),
                "actor": event.actor,
                "office": event.office,
                "clear": value(Some(event.event.clear_json())),
                "sealed": value(event.event.sealed_json()),
                "changes": changes,
                "voided_by": event.voided_by.map(|by| by.to_string()),
            })
        })
        .collect();
    format!("{:#}\n", serde_json::json!({"person": person.to_string(), "events": events}))
}
