//! `sigeyi history`: everything that was recorded of one person.

mod csv;
mod directory;
mod entry;
mod html;
mod json;
mod says;
mod server;
mod table;

use std::io::{self, IsTerminal, Read};

use sigeyi_domain::{CertificateNumber, Day};
use sigeyi_engine::Options;
use uuid::Uuid;
use zeroize::Zeroizing;

pub(super) use self::server::graphql_name;
use super::times::times;
use crate::{
    args::{HistoryArgs, HistoryFormat, Place},
    error::CliError,
    open::open,
    sink::write_to,
};

/// What is read from standard input at most, in bytes.
const INPUT_BYTES_MAX: u64 = 4_096;

enum Who {
    Id(Uuid),
    Certificate(CertificateNumber),
}

/// Prints a person's events in order.
pub(crate) fn run(args: &HistoryArgs) -> Result<(), CliError> {
    let place = args.place.place()?;
    let times = times(&args.times)?;
    let who = match &args.person {
        Some(text) => Who::Id(person_id(text)?),
        None => Who::Certificate(ask()?),
    };
    let history = match place {
        Place::Directory(data) => directory::find(&open(&data, Options::default())?, &who, times)?,
        Place::Server(client) => {
            let mut history = server::find(&client, &who, times)?;
            if args.format == HistoryFormat::Html {
                history.checkpoint = server::checkpoint(&client)?;
            }
            history
        }
    };
    write_to(args.output.as_deref(), |out| match args.format {
        HistoryFormat::Table => Ok(out.write_all(table::table(&history).as_bytes())?),
        HistoryFormat::Json => Ok(out.write_all(json::json(&history).as_bytes())?),
        HistoryFormat::Ndjson => Ok(json::ndjson(&history, out)?),
        HistoryFormat::Csv => csv::csv(&history, out),
        HistoryFormat::Html => Ok(html::html(&history, out)?),
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

fn ask() -> Result<CertificateNumber, CliError> {
    let unreadable = |source| CliError::Output { path: "(stdin)".into(), source };
    let text = if io::stdin().is_terminal() {
        Zeroizing::new(rpassword::prompt_password("残疾人证号 certificate number: ").map_err(unreadable)?)
    } else {
        let mut text = Zeroizing::new(String::new());
        io::stdin().take(INPUT_BYTES_MAX).read_to_string(&mut text).map_err(unreadable)?;
        text
    };
    CertificateNumber::parse(text.trim(), Day::MAX)
        .map_err(|error| CliError::Usage(format!("残疾人证号不对 {}: {error}", error.code())))
}
