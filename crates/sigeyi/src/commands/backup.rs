//! `sigeyi backup`: events and keys to two places.

use sigeyi_engine::{BackupOptions, BackupReport, backup};

use crate::{
    args::{BackupArgs, ReportFormat},
    error::CliError,
    output::{bytes_bar, hex, mebibytes, number, print, say},
};

/// Backs up.
pub(crate) fn run(args: &BackupArgs) -> Result<(), CliError> {
    let options = BackupOptions {
        data: args.data.clone(),
        journal_dir: args.journal.clone(),
        events_folder: args.to.clone(),
        keys_folder: args.vault_to.clone(),
        with_root_key: args.with_root_key,
    };
    let bar = bytes_bar("备份");
    let report = backup(&options, |done, total| {
        bar.set_length(total);
        bar.set_position(done);
    });
    bar.finish_and_clear();
    let report = report?;
    for path in &report.mended {
        say(&format!(
            "备份中的文件曾损坏或缺失，现已换成完好的；请检查该磁盘 was damaged or missing in the backup, and is replaced; look at its disk: {}",
            path.display()
        ));
    }
    print(&match args.format {
        ReportFormat::Table => text(&report, args),
        ReportFormat::Json => json(&report),
    })
}

fn text(report: &BackupReport, args: &BackupArgs) -> String {
    let before = match report.before {
        None => "首次备份 the first backup".to_owned(),
        Some(before) if before == report.position => "没有新事件 nothing new".to_owned(),
        Some(before) => {
            format!("新增 {} 个事件 new events", number(report.position.0 - before.0))
        }
    };
    let (events, keys) = (args.to.display(), args.vault_to.display());
    let root_key = if report.has_root_key {
        format!(
            "根密钥也在 {keys} 中：拿到该文件夹和事件的人可以读到一切，请像保管钥匙一样保管\n  \
             the root key lies there too: whoever has that folder and the events can read everything"
        )
    } else {
        format!(
            "根密钥不在备份中：请另行离线保管 {}（不会改变，保管一次即可）\n  \
             the root key is in neither: keep this file offline, apart from both; it does not change, so once is enough",
            args.data.join("vault/root.key").display()
        )
    };
    format!(
        "备份完成，逐字节读回并核对 backed up, each byte read back and checked\n\
         位置 position  {position}（{before}）\n\
         根 root        {root}\n\
         事件 events    {events}  {segments} 个分段 segments，{bytes}\n\
         访问记录 access {access} 条 entries\n\
         密钥 keys      {keys}  {count} 个 keys\n\
         本次写入 copied {copied}，{seconds:.1} s\n\
         {root_key}\n\
         恢复需要事件、密钥、根密钥三样，缺一不可 a restore needs all three: events, keys, root key\n\
         此位置之后的事件不在备份中（服务运行时最多晚一秒）what comes after this position is not in it; while a server runs that is about a second\n",
        position = number(report.position.0),
        root = hex(&report.root),
        segments = number(report.segments),
        bytes = mebibytes(report.events_bytes),
        access = number(report.access_entries),
        count = number(report.keys),
        copied = mebibytes(report.copied_bytes),
        seconds = report.took.as_secs_f64(),
    )
}

fn json(report: &BackupReport) -> String {
    let mended: Vec<String> = report.mended.iter().map(|path| path.display().to_string()).collect();
    let answer = serde_json::json!({
        "log_id": report.log_id,
        "position": report.position.to_string(),
        "root": hex(&report.root),
        "position_before": report.before.map(|before| before.to_string()),
        "segments": report.segments,
        "events_bytes": report.events_bytes,
        "access_entries": report.access_entries,
        "copied_bytes": report.copied_bytes,
        "keys": report.keys,
        "has_root_key": report.has_root_key,
        "mended": mended,
        "seconds": report.took.as_secs_f64(),
    });
    format!("{answer}\n")
}
