//! `sigeyi export`: files for analysts, of events, people and figures. Nothing sealed is in them.

mod draft;
mod error;
mod events;
mod folder;
mod manifest;
mod month;
#[cfg(feature = "parquet")]
mod parquet_rows;
mod people;
mod progress;
mod rows;
mod table;
mod withheld;

use sigeyi_engine::{AccessAction, Engine, LogFilter, RevealedFields};

pub(crate) use self::error::FilesError;
use self::{folder::Folder, manifest::Contents};
use super::{
    checkpoint::open_signing,
    chosen_events::{ChosenEvents, FilterWords, chosen},
};
use crate::{
    access_note::write_down,
    args::{FileFormat, FilesArgs, What},
    error::CliError,
    output::{hex, number, say},
};

/// Writes what is not there yet.
pub(crate) fn run(args: &FilesArgs) -> Result<(), CliError> {
    let ChosenEvents { filter, words } = chosen(&args.events)?;
    let what = what(args, !words.is_empty())?;
    if args.format == FileFormat::Parquet && cfg!(not(feature = "parquet")) {
        return Err(CliError::Usage(
            "--format parquet: 本程序编译时未包括 this program was built without it: cargo build --release --features parquet".into(),
        ));
    }
    if args.bom && args.format != FileFormat::Csv {
        return Err(CliError::Usage("--bom 只用于 is for --format csv alone".into()));
    }
    let engine = open_signing(&args.data, None)?;
    // Nobody writes, so it is of the whole log.
    let signed = engine.sign_checkpoint()?.filter(|signed| signed.checkpoint().size == engine.head().0);
    write_down(&engine, AccessAction::Export, &[], RevealedFields::NONE)?;
    let mut folder =
        Folder::open(&args.to, args.format, contents(args, &engine, &what, words), engine.head(), args.anew)?;
    fill(&mut folder, &engine, &what, &filter, args.published)?;
    let root = signed.as_ref().map(|signed| hex(&signed.checkpoint().root));
    let files = folder.complete(root, signed.map(|signed| signed.signed().to_string()))?;
    let rows = files.iter().map(|file| file.count).sum();
    say(&format!(
        "已导出 exported: {} 个文件 files，{} 行 rows，到位置 through position {}，{}",
        number(files.len() as u64),
        number(rows),
        engine.head(),
        args.to.display()
    ));
    Ok(())
}

fn fill(
    folder: &mut Folder<'_>,
    engine: &Engine,
    what: &[What],
    filter: &LogFilter,
    is_published: bool,
) -> Result<(), FilesError> {
    for what in what {
        match what {
            What::Events => events::write(folder, engine, &engine.read(), filter)?,
            // Nobody writes, so it is the day alone that can turn.
            What::People => while !people::write(folder, &engine.read())? {},
            What::Progress => progress::write(folder, &engine.read(), is_published)?,
        }
    }
    Ok(())
}

/// In one order, each once.
fn what(args: &FilesArgs, is_filtered: bool) -> Result<Vec<What>, CliError> {
    let mut what = match (args.what.as_slice(), args.published, is_filtered) {
        ([], true, _) => vec![What::Progress],
        ([], false, true) => vec![What::Events],
        ([], false, false) => What::ALL.to_vec(),
        (given, ..) => given.to_vec(),
    };
    what.sort_unstable();
    what.dedup();
    if args.published && what != [What::Progress] {
        return Err(CliError::Usage(
            "--published: 能公布的只有进度 figures alone are published: give --what progress".into(),
        ));
    }
    if is_filtered && what != [What::Events] {
        return Err(CliError::Usage(
            "筛选的只能是事件 it is events alone that are filtered: give --what events, and no --published"
                .into(),
        ));
    }
    Ok(what)
}

fn contents(args: &FilesArgs, engine: &Engine, what: &[What], filter: FilterWords) -> Contents {
    Contents {
        log: engine.log_id().to_string(),
        is_synthetic: engine.is_synthetic(),
        format: args.format.name().to_owned(),
        what: what.iter().map(|what| what.name().to_owned()).collect(),
        has_bom: args.bom,
        is_published: args.published,
        filter,
    }
}
