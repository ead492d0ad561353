//! What was recorded of one person.

use std::path::PathBuf;

use clap::ValueEnum;

use super::{PlaceArgs, TimesArgs};

#[derive(clap::Args)]
pub(crate) struct HistoryArgs {
    #[command(flatten)]
    pub(crate) place: PlaceArgs,
    #[command(flatten)]
    pub(crate) times: TimesArgs,
    /// 人员编号；不写则输入残疾人证号 Person id; without it the certificate number is asked for
    #[arg(value_name = "PERSON")]
    pub(crate) person: Option<String>,
    /// 输出格式 Output format
    #[arg(long, value_enum, default_value_t = HistoryFormat::Table)]
    pub(crate) format: HistoryFormat,
    /// 写入的文件，须不存在；不写则输出到屏幕 The file to write; it must not be there. Without it standard output
    #[arg(long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum HistoryFormat {
    Table,
    Json,
    Ndjson,
    Csv,
    Html,
}
