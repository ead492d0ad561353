//! What was checked and what is wrong, for people and for programs.

use std::path::Path;

use comfy_table::{Table, presets};
use serde_json::{Value, json};
use sigeyi_engine::{Fault, FaultKind, LostEvents, Mend, Suite, VerifyReport};

use crate::output::number;

/// Faults that are shown to people; programs get them all.
const FAULTS_SHOWN_MAX: usize = 50;

/// As people read it.
pub(in crate::commands) fn table(report: &VerifyReport, dir: &Path) -> String {
    let checked = &report.checked;
    let mut table = Table::new();
    table.load_style(presets::UTF8_BORDERS_ONLY);
    table.set_header(["核查内容 checked", "数量 count"]);
    for (what, count) in [
        ("清单副本 manifest copies", checked.manifest_copies),
        ("日志末端记录 HEAD", checked.heads),
        ("日志文件 segments", checked.segments),
        ("日志字节 journal bytes", checked.journal_bytes),
        ("帧（校验和与树根）frames", checked.frames),
        ("事件（位置、时间、内容）events", checked.events),
        ("提交（完整）commits", checked.commits),
        ("人员（事件链）people", checked.people),
        ("存证末端（重新计算）committed heads", checked.heads_committed),
        ("密封内容（已用对应密钥打开）sealed bodies", checked.sealed_bodies),
        ("密钥库副本 vault copies", checked.vault_copies),
        ("密钥 keys", checked.keys),
        ("镜像一致至 mirror compared through", checked.mirrored_through),
        ("快照（与重放一致）snapshots", checked.snapshots),
        ("访问记录（校验和与链）access log entries", checked.access_entries),
        ("存证点（签名与树根）checkpoint copies", checked.checkpoints),
        ("树文件（与重新计算一致）tiles", checked.tiles),
        ("分叉记录 forks", checked.forks),
        ("固定报表（树根一致）frozen reports", checked.reports),
    ] {
        table.add_row([what.to_owned(), number(count)]);
    }
    let mut text = format!("{table}\n");
    text.push_str(&format!(
        "末位置 last position {}，树根 root {}\n",
        number(report.head),
        hex(&report.root)
    ));
    if let Some(suite) = report.suite {
        text.push_str(&format!("密码算法 suite {suite}：{}\n", algorithms(suite)));
    }
    for note in &report.notes {
        text.push_str(&format!("说明 note: {note}\n"));
    }
    if report.is_sound() {
        text.push_str("完好 sound\n");
        return text;
    }
    text.push_str(&format!("发现问题 faults: {}\n", number(report.faults.len() as u64 + report.more_faults)));
    for fault in report.faults.iter().take(FAULTS_SHOWN_MAX) {
        text.push_str(&line(fault, dir));
    }
    if report.faults.len() > FAULTS_SHOWN_MAX || report.more_faults > 0 {
        text.push_str("  …（其余见 the rest: --format json）\n");
    }
    if let Some(lost) = &report.lost {
        text.push_str(&lost_text(lost));
    }
    text
}

fn algorithms(suite: Suite) -> &'static str {
    match suite {
        Suite::International => "SHA-256, AES-256-GCM",
        Suite::Guomi => "国密 SM3, SM4-GCM（实现未经认证 not certified）",
    }
}

fn line(fault: &Fault, dir: &Path) -> String {
    let mut place = fault.file.display().to_string();
    if let Some(offset) = fault.offset {
        place.push_str(&format!(" 字节 byte {offset}"));
    }
    if let Some(position) = fault.position {
        place.push_str(&format!(" 位置 position {position}"));
    }
    let dir = dir.display();
    let mend = match fault.mend {
        Mend::Repair => format!("sigeyi repair --data {dir}"),
        Mend::AcceptLoss => {
            format!("从备份恢复，或 restore a backup, or: sigeyi repair --data {dir} --accept-loss")
        }
        Mend::Backup => "从备份恢复 restore a backup".to_owned(),
        Mend::PutBack => "把正确的文件放回原处 put the right file back".to_owned(),
        Mend::Fork => format!(
            "找回缺少的事件，或声明分叉 bring back what is missing, or: sigeyi checkpoint --data {dir} --accept-fork --origin NAME"
        ),
    };
    format!("  {}：{place}\n    {}\n    办法 mend: {mend}\n", label(fault.kind), fault.what)
}

fn label(kind: FaultKind) -> &'static str {
    match kind {
        FaultKind::Manifest => "清单",
        FaultKind::Head => "日志末端记录",
        FaultKind::Journal => "日志",
        FaultKind::EventsLost => "事件丢失",
        FaultKind::Event => "事件内容",
        FaultKind::Chain => "人员事件链",
        FaultKind::PersonHeads => "存证末端",
        FaultKind::Commit => "提交不完整",
        FaultKind::RecordedTime => "记录时间倒退",
        FaultKind::SealedBody => "密封内容",
        FaultKind::Vault => "密钥库",
        FaultKind::Mirror => "镜像",
        FaultKind::Snapshot => "快照",
        FaultKind::AccessLog => "访问记录",
        FaultKind::LogKey => "日志签名密钥",
        FaultKind::Checkpoint => "存证点",
        FaultKind::Tiles => "树文件",
        FaultKind::Forks => "分叉记录",
        FaultKind::Report => "固定报表",
    }
}

/// What is lost, in figures.
pub(in crate::commands) fn lost_text(lost: &LostEvents) -> String {
    format!(
        "无法找回 lost: 位置 positions {} – {}，至少 at least {} 个事件 events（其后完好但无法接上 whole behind the gap: {}；\
         镜像保有至 the mirror has them through {}；依据 known by {}）\n",
        number(lost.first),
        number(lost.last),
        number(lost.count()),
        number(lost.whole_behind),
        number(lost.mirrored_through),
        lost.known_by
    )
}

/// As programs read it. Positions are strings, since they outgrow the numbers of many readers.
pub(in crate::commands) fn json(report: &VerifyReport) -> Value {
    let checked = &report.checked;
    let faults: Vec<Value> = report
        .faults
        .iter()
        .map(|fault| {
            json!({
                "kind": fault.kind.name(),
                "file": fault.file.display().to_string(),
                "offset": fault.offset,
                "position": fault.position.map(|position| position.to_string()),
                "what": fault.what,
                "mend": fault.mend.name(),
            })
        })
        .collect();
    let lost = report.lost.as_ref().map(|lost| {
        json!({
            "first": lost.first.to_string(),
            "last": lost.last.to_string(),
            "count_at_least": lost.count(),
            "known_by": lost.known_by,
            "whole_behind": lost.whole_behind,
            "mirrored_through": lost.mirrored_through.to_string(),
        })
    });
    json!({
        "sound": report.is_sound(),
        "log_id": report.log_id.to_string(),
        "suite": report.suite.map(Suite::name),
        "head": report.head.to_string(),
        "root": hex(&report.root),
        "checked": {
            "manifest_copies": checked.manifest_copies,
            "heads": checked.heads,
            "segments": checked.segments,
            "journal_bytes": checked.journal_bytes,
            "frames": checked.frames,
            "events": checked.events,
            "commits": checked.commits,
            "people": checked.people,
            "heads_committed": checked.heads_committed,
            "sealed_bodies": checked.sealed_bodies,
            "vault_copies": checked.vault_copies,
            "keys": checked.keys,
            "mirrored_through": checked.mirrored_through.to_string(),
            "snapshots": checked.snapshots,
            "access_segments": checked.access_segments,
            "access_entries": checked.access_entries,
            "checkpoints": checked.checkpoints,
            "tiles": checked.tiles,
            "forks": checked.forks,
            "reports": checked.reports,
        },
        "faults": faults,
        "more_faults": report.more_faults,
        "lost": lost,
        "notes": report.notes,
    })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
