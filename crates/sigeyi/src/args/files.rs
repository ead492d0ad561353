//! Files for analysts.

use std::path::PathBuf;

use clap::ValueEnum;

use super::{DataArgs, EventsArgs};

#[derive(clap::Args)]
pub(crate) struct FilesArgs {
    #[command(flatten)]
    pub(crate) data: DataArgs,
    /// 写入哪个文件夹；再次运行则接着写 The folder to write to; run again it goes on there
    #[arg(long, value_name = "FOLDER")]
    pub(crate) to: PathBuf,
    /// 导出什么，以逗号分隔，默认全部（--published 时为 progress，筛选事件时为 events） What to export; everything without it, the figures with --published, events where they are filtered
    #[arg(long, value_name = "WHAT", value_enum, value_delimiter = ',')]
    pub(crate) what: Vec<What>,
    /// 文件格式 Format of the files
    #[arg(long, value_enum, default_value_t = FileFormat::Ndjson)]
    pub(crate) format: FileFormat,
    /// CSV 以字节顺序标记（BOM）开头，便于表格软件打开 Begin CSV files with a byte order mark, as spreadsheets want it
    #[arg(long)]
    pub(crate) bom: bool,
    /// 只导出可以公布的进度：按月公布，小于5的不公布 Only figures that may be published: once a month, without those of fewer than five people
    #[arg(long)]
    pub(crate) published: bool,
    /// 重写全部文件，包括已结束的月份；筛选也可更改 Write every file anew, those of finished months too; the filter may be another one then
    #[arg(long)]
    pub(crate) anew: bool,
    #[command(flatten)]
    pub(crate) events: EventsArgs,
}

/// One kind of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(crate) enum What {
    /// 事件，每月一个文件 Events, a file a month
    Events,
    /// 人员现状 How people stand now
    People,
    /// 各月末进度 Figures of months' ends
    Progress,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FileFormat {
    Ndjson,
    Csv,
    Parquet,
}

impl What {
    pub(crate) const ALL: [What; 3] = [What::Events, What::People, What::Progress];

    pub(crate) fn name(self) -> &'static str {
        match self {
            What::Events => "events",
            What::People => "people",
            What::Progress => "progress",
        }
    }
}

impl FileFormat {
    /// Also how names of such files end.
    pub(crate) fn name(self) -> &'static str {
        match self {
            FileFormat::Ndjson => "ndjson",
            FileFormat::Csv => "csv",
            FileFormat::Parquet => "parquet",
        }
    }
}
