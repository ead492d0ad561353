//! `sigeyi repair`: mends a directory, and keeps whatever it replaces.

use serde_json::json;
use sigeyi_engine::{KeySource, RepairError, RepairOptions, RepairReport, repair};

use super::verify::{
    bar,
    report::{self, table},
    show,
};
use crate::{
    args::{RepairArgs, ReportFormat},
    error::CliError,
    output::print,
};

/// Mends, and prints what was done and how the directory is now.
pub(crate) fn run(args: &RepairArgs) -> Result<(), CliError> {
    let bar = bar("核查与修复");
    let keys = KeySource { command: args.data.key_command.clone(), to_file: false };
    let options =
        RepairOptions { journal_dir: args.data.journal.clone(), keys, accept_loss: args.accept_loss };
    let repaired = repair(&args.data.data, &options, |done, total| show(&bar, done, total));
    bar.finish_and_clear();
    let repaired = match repaired {
        Err(RepairError::LossNotAccepted(found)) => {
            print(&match args.format {
                ReportFormat::Table => table(&found, &args.data.data),
                ReportFormat::Json => {
                    format!("{:#}\n", json!({"before": report::json(&found), "done": [], "after": null}))
                }
            })?;
            return Err(CliError::Damaged(
                "有事件无法找回，未作任何改动：请从备份恢复，或加 --accept-loss 放弃 events are lost and nothing was changed: restore a backup, or give them up with --accept-loss",
            ));
        }
        other => other?,
    };
    print(&match args.format {
        ReportFormat::Table => text(&repaired, args),
        ReportFormat::Json => {
            let (before, after) = (report::json(&repaired.before), report::json(&repaired.after));
            let set_aside = repaired.set_aside.as_ref().map(|dir| dir.display().to_string());
            format!(
                "{:#}\n",
                json!({"before": before, "done": repaired.done, "set_aside": set_aside, "after": after})
            )
        }
    })?;
    if repaired.after.is_sound() {
        Ok(())
    } else {
        Err(CliError::Damaged(
            "未能全部修复 not everything could be mended: the list says what mends each fault",
        ))
    }
}

fn text(repaired: &RepairReport, args: &RepairArgs) -> String {
    if repaired.before.is_sound() {
        return table(&repaired.before, &args.data.data)
            + "无需修复，未作任何改动 nothing was to be mended, and nothing was changed\n";
    }
    let mut text = String::new();
    for done in &repaired.done {
        text.push_str(&format!("已做 done: {done}\n"));
    }
    if let Some(lost) = &repaired.before.lost {
        text.push_str(&report::lost_text(lost));
    }
    if let Some(dir) = &repaired.set_aside {
        text.push_str(&format!("换下的文件在 what was replaced is kept in {}\n", dir.display()));
    }
    text + &table(&repaired.after, &args.data.data)
}
