//! `sigeyi heads`: the log commits to everybody's newest event.

use sigeyi_engine::Options;

use crate::{
    args::HeadsArgs,
    error::CliError,
    open::open,
    output::{number, print},
};

/// Says what was committed; where nothing has come since the last time, that.
pub(crate) fn run(args: &HeadsArgs) -> Result<(), CliError> {
    let engine = open(&args.data, Options::default())?;
    let Some(heads) = engine.commit_heads().map_err(CliError::Heads)? else {
        return print("没有新的事件，无需记录 nothing has come since the last time\n");
    };
    let (people, through) = (number(heads.body.people), number(heads.body.through.0));
    print(&format!(
        "已记录存证末端 committed: {people} 人 people，截至位置 through position {through}，{day}\n根 root {root}\n",
        day = heads.body.day,
        root = heads.body.root
    ))
}
