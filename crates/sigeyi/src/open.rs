//! Opening the directory for one command.

use sigeyi_engine::{Engine, Options};

use crate::{args::DataArgs, error::CliError, output};

/// Opens an existing directory, or makes one where the command may.
pub(crate) fn open(args: &DataArgs, options: Options) -> Result<Engine, CliError> {
    let engine = Engine::open(
        &args.data,
        Options {
            journal_dir: args.journal.clone(),
            keep_free_bytes: args.keep_free.map(|mib| mib.saturating_mul(1 << 20)),
            ..options
        },
    )?;
    for reason in &engine.start_report().passed_over {
        output::say(&format!("快照已跳过 a snapshot was passed over: {reason}"));
    }
    let report = engine.start_report();
    if let Some(cut) = &report.unfinished {
        let (path, offset) = (cut.path.display(), cut.offset);
        output::say(&format!(
            "上次写入未完成（未确认），已截去 the last write had not been finished and was cut: {path}, {offset}"
        ));
    }
    if report.head_was_lost {
        output::say("HEAD 文件丢失或损坏，已重建 the file HEAD was missing or damaged and is made again");
    }
    if let Some(fault) = &report.access.fault {
        output::say(&format!(
            "访问记录损坏或丢失，修复前不显示任何人员 the access log is damaged or lost, and nobody is shown until `sigeyi repair`: {fault}"
        ));
    }
    if report.access.head_was_lost {
        output::say(
            "HEAD.access 文件丢失或损坏，将重建 the file HEAD.access was missing or damaged and is made again",
        );
    }
    if engine.is_synthetic() {
        output::say_synthetic();
    }
    Ok(engine)
}
