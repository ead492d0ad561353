//! `sigeyi keys`: how the keys of a directory lie, and their rotation.

use serde_json::{Value, json};
use sigeyi_engine::{
    KeySource, KeysError, KeysOptions, KeysReport, Resumed, RotationReport, keys_status, rotate_buckets,
    rotate_root,
};

use crate::{
    args::{KeysAction, KeysArgs, ReportFormat},
    error::CliError,
    output::{number, print, progress_bar, say},
};

/// Looks or rotates.
pub(crate) fn run(action: &KeysAction) -> Result<(), CliError> {
    match action {
        KeysAction::Status(args) => {
            let report = keys_status(&options(args, false))?;
            print(&match args.format {
                ReportFormat::Table => status(&report),
                ReportFormat::Json => format!("{}\n", json(&report)),
            })
        }
        KeysAction::RotateRoot(args) => {
            rotate(&args.keys, args.to_file, "更换根密钥", |options, progress| {
                rotate_root(options, progress)
            })
        }
        KeysAction::RotateBuckets(args) => {
            rotate(args, false, "更换桶密钥", |options, progress| rotate_buckets(options, progress))
        }
    }
}

fn options(args: &KeysArgs, to_file: bool) -> KeysOptions {
    KeysOptions {
        data: args.data.clone(),
        source: KeySource { command: args.key_command.clone(), to_file },
        also: args.also.clone(),
    }
}

fn rotate(
    args: &KeysArgs,
    to_file: bool,
    what: &'static str,
    rotate: impl FnOnce(&KeysOptions, &mut dyn FnMut(u64, u64)) -> Result<RotationReport, KeysError>,
) -> Result<(), CliError> {
    let bar = progress_bar(0, what);
    let rotated = rotate(&options(args, to_file), &mut |done, total| {
        bar.set_length(total);
        bar.set_position(done);
    });
    bar.finish_and_clear();
    let report = rotated?;
    match report.resumed {
        None => {}
        Some(Resumed::Undone) => say(
            "上次的轮换在改动前中断，已撤销 an earlier rotation had been cut off before it changed anything, and was undone",
        ),
        Some(Resumed::Completed) => {
            say("上次的轮换已在此前完成 an earlier rotation that had been cut off was completed first")
        }
    }
    print(&match args.format {
        ReportFormat::Table => rotated_text(&report),
        ReportFormat::Json => {
            let mut answer = json(&report.keys);
            answer["root_before"] = report.root_before.to_string().into();
            answer["seconds"] = report.took.as_secs_f64().into();
            format!("{answer}\n")
        }
    })
}

fn rotated_text(report: &RotationReport) -> String {
    let mut text = format!("已完成 done, {:.1} s\n", report.took.as_secs_f64());
    if report.root_before != report.keys.root {
        text.push_str(&format!(
            "旧的根密钥已销毁 the root key before is destroyed: {}\n\
             请立即再备份一次，并离线保管新的根密钥：以前的密钥备份只有旧的根密钥能打开\n\
             back up again at once and keep the new root key offline: older backups of the keys open only under the old one\n",
            report.root_before
        ));
    }
    text + &status(&report.keys)
}

fn status(report: &KeysReport) -> String {
    let holder = if report.holder == "file" { "文件 a file in the directory" } else { &report.holder };
    let mut text = format!(
        "密码算法 suite     {suite}\n\
         第几代 generation   {generation}\n\
         根密钥 root key     {root}\n\
         保管处 held by      {holder}\n\
         桶 buckets          {buckets}\n\
         人员密钥 keys       {made}（已删除 erased: {erased}）\n",
        suite = report.suite,
        generation = report.generation,
        root = report.root,
        buckets = number(report.buckets.into()),
        made = number(report.keys_made.into()),
        erased = number(report.keys_erased.into()),
    );
    if report.is_unfinished {
        text.push_str("有一次轮换被中断：下次启动或轮换时撤销或完成 a rotation was cut off: the next start or rotation undoes or completes it\n");
    }
    if report.older_copies.is_empty() {
        text.push_str("未发现旧副本 no older copies were found\n");
    }
    for copy in &report.older_copies {
        text.push_str(&format!(
            "旧副本，第 {} 代 an older copy, generation {}: {}\n",
            copy.generation,
            copy.generation,
            copy.path.display()
        ));
    }
    text
}

fn json(report: &KeysReport) -> Value {
    let copies = report.older_copies.iter();
    json!({
        "log_id": report.log_id,
        "suite": report.suite.name(),
        "generation": report.generation,
        "root": report.root.to_string(),
        "held_by": report.holder,
        "buckets": report.buckets,
        "keys": report.keys_made,
        "keys_erased": report.keys_erased,
        "is_unfinished": report.is_unfinished,
        "older_copies": copies
            .map(|copy| json!({"path": copy.path.display().to_string(), "generation": copy.generation}))
            .collect::<Vec<_>>(),
    })
}
