//! `sigeyi restore`: a new directory from a backup.

use sigeyi_engine::{RestoreOptions, RestoreReport, RestoreStep, restore};

use crate::{
    args::{ReportFormat, RestoreArgs},
    error::CliError,
    output::{bytes_bar, hex, mebibytes, number, print, say},
};

/// Restores.
pub(crate) fn run(args: &RestoreArgs) -> Result<(), CliError> {
    let options = RestoreOptions {
        events_folder: args.from.clone(),
        keys_folder: args.vault_from.clone(),
        data: args.data.clone(),
        root_key: args.root_key.clone(),
    };
    let bar = bytes_bar("恢复");
    let report = restore(&options, |step| match step {
        RestoreStep::Copied { done, total } | RestoreStep::Verified { done, total } => {
            bar.set_length(total);
            bar.set_position(done);
        }
        RestoreStep::Checking { events } => {
            bar.println(format!("核对 {} 个事件 checking all events", number(events)));
        }
    });
    bar.finish_and_clear();
    let report = report?;
    for path in &report.damaged {
        say(&format!(
            "目录文件的一份损坏或缺失，另一份完好；请再做一次备份 one copy of a catalogue is damaged or missing, the other is whole; back up again: {}",
            path.display()
        ));
    }
    print(&match args.format {
        ReportFormat::Table => text(&report, args),
        ReportFormat::Json => json(&report),
    })
}

fn text(report: &RestoreReport, args: &RestoreArgs) -> String {
    format!(
        "恢复完成，已全部核对：每个字节、哈希、根、链和密钥 restored; every byte, hash, root, chain and key was checked\n\
         目录 directory {data}\n\
         位置 position  {position}，备份于 backed up at {taken_at}\n\
         根 root        {root}\n\
         事件 events    {events}（{segments} 个分段 segments，{bytes}）\n\
         人员 people    {people}\n\
         访问记录 access {access} 条 entries\n\
         用时 took      {seconds:.1} s\n\
         位置 {position} 之后记录的事件不在其中，须重新录入 what was recorded after this position is not in it and must be recorded again\n",
        data = args.data.display(),
        position = number(report.position.0),
        taken_at = report.taken_at,
        root = hex(&report.root),
        events = number(report.position.0),
        segments = number(report.segments),
        bytes = mebibytes(report.bytes),
        people = number(report.people),
        access = number(report.access_entries),
        seconds = report.took.as_secs_f64(),
    )
}

fn json(report: &RestoreReport) -> String {
    let damaged: Vec<String> = report.damaged.iter().map(|path| path.display().to_string()).collect();
    let answer = serde_json::json!({
        "log_id": report.log_id,
        "position": report.position.to_string(),
        "root": hex(&report.root),
        "taken_at": report.taken_at,
        "events": report.position.0,
        "people": report.people,
        "access_entries": report.access_entries,
        "segments": report.segments,
        "bytes": report.bytes,
        "damaged": damaged,
        "seconds": report.took.as_secs_f64(),
    });
    format!("{answer}\n")
}
