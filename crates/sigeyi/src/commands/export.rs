//! `sigeyi export-log` and `sigeyi export-person`: files that `sigeyi-verify` checks.

use std::{
    fs::OpenOptions,
    io::{BufWriter, Write},
    os::unix::fs::OpenOptionsExt,
    path::Path,
    time::Duration,
};

use sigeyi_domain::Identifier;
use sigeyi_engine::{
    AccessAction, AccessLogError, AccessNote, AccessOutcome, AccessPurpose, Engine, ExportError, Exported,
    RevealedFields,
};
use uuid::Uuid;

use super::checkpoint::open_signing;
use crate::{
    args::{ExportLogArgs, ExportPersonArgs},
    error::CliError,
    output::{number, say},
};

/// Who it was, as the access log says it: the system knows which user of the machine that was.
const LOCAL: &str = "local";
/// A disk that takes longer is taken to have failed.
const DURABLE_WITHIN: Duration = Duration::from_secs(60);
/// What was recorded of people is for whoever has made the file.
const OWNER_ONLY: u32 = 0o600;

/// Every event up to a checkpoint that is signed now.
pub(crate) fn log(args: &ExportLogArgs) -> Result<(), CliError> {
    let engine = open_signing(&args.data, None)?;
    engine.sign_checkpoint()?;
    write_down(&engine, Vec::new()).map_err(CliError::AccessLog)?;
    said(write(&args.to, |out| engine.export_log(out))?, &args.to);
    Ok(())
}

/// Every event of one person.
pub(crate) fn person(args: &ExportPersonArgs) -> Result<(), CliError> {
    let person = Uuid::parse_str(&args.person).map_err(|_| {
        // The text is not repeated: it may be a certificate number.
        CliError::Usage("PERSON 应为人员编号 is a person id, never a certificate number".into())
    })?;
    let engine = open_signing(&args.data, None)?;
    engine.sign_checkpoint()?;
    if engine.history(person)?.is_none() {
        return Err(CliError::Nobody);
    }
    write_down(&engine, vec![person]).map_err(CliError::AccessLog)?;
    said(write(&args.to, |out| engine.export_person(person, out))?, &args.to);
    Ok(())
}

fn said(exported: Exported, to: &Path) {
    let (events, size) = (number(exported.events), number(exported.size));
    say(&format!(
        "已导出 exported: {events} 个事件 events，存证点 checkpoint {size}，{to}",
        to = to.display()
    ));
}

/// A file that is not whole must not be taken for one that is: its last line is missing, and `sigeyi-verify` says so.
fn write(
    to: &Path,
    export: impl FnOnce(&mut dyn Write) -> Result<Exported, ExportError>,
) -> Result<Exported, CliError> {
    let output = |source| CliError::Output { path: to.to_owned(), source };
    let file = OpenOptions::new().write(true).create_new(true).mode(OWNER_ONLY).open(to).map_err(output)?;
    let mut out = BufWriter::new(file);
    let exported = export(&mut out)?;
    out.into_inner().map_err(|error| output(error.into_error()))?.sync_all().map_err(output)?;
    Ok(exported)
}

/// What is clear of the events is about to be taken away. Of a whole log nobody is named: it is everybody.
pub(super) fn write_down(engine: &Engine, people: Vec<Uuid>) -> Result<(), AccessLogError> {
    let actor = Identifier::parse(LOCAL).map_err(|error| AccessLogError::Stopped(error.to_string()))?;
    let note = AccessNote {
        request: Uuid::new_v4(),
        actor,
        office: None,
        action: AccessAction::Export,
        purpose: AccessPurpose::Unstated,
        outcome: AccessOutcome::Shown,
        position: engine.head(),
        people,
        fields: RevealedFields::NONE,
        reason: None,
    };
    engine.log_access(note)?.wait(DURABLE_WITHIN).map(drop)
}
