//! One person whom everything is done with, on the real binary. Afterwards nothing that describes this person stands anywhere but in the
//! answers that are there to show it: in no byte on the disk or in a backup, no line of a log, no figure, error, cursor, header, address or
//! process.

mod forms;
mod socket;
mod story;
mod wrong;

use std::fs;

use sigeyi_tests::{Place, RECORDS, ROSTER, citizen, roster_row, sigeyi, text, until};

use self::{forms::Search, story::Story};

/// All of it is invented.
pub(crate) const NAME: &str = "阿拉坦格日乐巴雅尔";
const LATER_NAME: &str = "阿拉坦格日乐其木格";
pub(crate) const PHONE: &str = "13655719284";
const LATER_PHONE: &str = "13655719285";
const ADDRESS: &str = "无名路七十九号院三单元";
const OFFICE: &str = "某某街道联络处";
pub(crate) const REMARK: &str = "家中有鹦鹉一只请勿敲门";
const VALUES: &str = "户口本与证件不符之处另附";
const EMPLOYER: &str = "青山不老木器加工社";
const VOIDING: &str = "把隔壁的记录写到这里了";
const REVEALING: &str = "其女来电核对联络方式";
const ERASING: &str = "本人书面要求全部删去";
const BIRTH: u32 = 19_310_217;

/// Sequence numbers from 900 belong to nobody.
pub(crate) fn number() -> String {
    format!("{}44", citizen(150_102, BIRTH, 957))
}

fn search() -> Search {
    let number = number();
    let search = Search::of(&[
        ("name", NAME),
        ("later name", LATER_NAME),
        ("certificate number", &number),
        ("citizen number", &number[..18]),
        ("citizen number without its check character", &number[..17]),
        ("birth date", "19310217"),
        ("birth date", "1931-02-17"),
        ("phone", PHONE),
        ("later phone", LATER_PHONE),
        ("address", ADDRESS),
        ("office", OFFICE),
        ("remark", REMARK),
        ("values", VALUES),
        ("employer", EMPLOYER),
        ("reason of voiding", VOIDING),
        ("reason of revealing", REVEALING),
        ("reason of erasing", ERASING),
    ]);
    search.finds_all_in_a_control();
    search
}

#[test]
fn whoever_goes_through_everything_is_found_nowhere_but_where_it_is_shown() {
    let (place, inputs) = (Place::empty(), Place::empty());
    let search = search();
    import(&place, &inputs, &search);
    let data = place.data();
    let mut story = Story::begin(&place, search);
    let person = story.look_up();
    story.commands(&person);
    story.questions(&person);
    story.sees_events(&person);
    wrong::requests(&story, &person);
    story.reveal(&person);
    story.command_line();
    let backup = |story: &Story| {
        let (events, keys) = (place.path("backup/events"), place.path("backup/keys"));
        let args = ["backup", "--data", text(&data), "--to", text(&events), "--vault-to", text(&keys)];
        story.says_nothing(sigeyi(&args), "the backup");
    };
    backup(&story);
    until("a snapshot", || fs::read_dir(data.join("snapshots")).is_ok_and(|names| names.count() > 0));
    story.figures();
    story.processes();
    story.restart();
    story.questions(&person);
    story.reveal(&person);
    story.erase(&person);
    backup(&story);
    story.questions_of_nobody(&person);
    story.processes();
    let search = story.end();

    let output = sigeyi(&["verify", "--data", text(&data)]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    search.finds_nothing(&[output.stdout, output.stderr].concat(), "the verification");
    let files = search.finds_nothing_below(place.path("").as_path());
    for part in ["journal/", "mirror/", "vault/", "snapshots/", "access/", "backup/events/", "backup/keys/"] {
        assert!(files.iter().any(|name| name.contains(part)), "something lies in {part}: {files:?}");
    }
}

/// The roster and the records of three people, the canary in the middle, by the command line; some rows are wrong.
fn import(place: &Place, inputs: &Place, search: &Search) {
    let number = number();
    let wrong = format!("{}{}44", &number[..17], if number.as_bytes()[17] == b'0' { '1' } else { '0' });
    let (first, last) = (roster_row(0), roster_row(1));
    let roster = format!(
        "{ROSTER}{first}{NAME},{number},150102,{PHONE},未就业,,无就业技能,2022-01-05\n\
         {NAME},{wrong},150102,{PHONE},未就业,,无就业技能,2022-01-05\n\
         {NAME},{number},{PHONE},{PHONE},{NAME},,{ADDRESS},2022-01-05\n{last}"
    );
    let records = format!(
        "{RECORDS}C1,{number},基础信息核对,2022-04-01,属实,{OFFICE},\n\
         C2,{number},基础信息核对,2022-04-02,属实,{OFFICE},\n\
         C3,{number},作废,2022-05-01,{VOIDING},{OFFICE},C2\n\
         C4,{number},{REMARK},2022-05-01,{VALUES},{OFFICE},\n\
         C4,{wrong},就业服务,1931-02-17,{EMPLOYER},{OFFICE},\n"
    );
    let (roster, records) = (inputs.file("roster.csv", roster), inputs.file("records.csv", records));
    for path in [&roster, &records] {
        assert!(search.finds(&fs::read(path).expect("it is there")), "it stands in what is imported");
    }
    let report = place.path("rejects.csv");
    let data = place.data();
    let mut args =
        vec!["import", "--data", text(&data), "--roster", text(&roster), "--records", text(&records)];
    args.extend(["--report", text(&report)]);
    let output = sigeyi(&args);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    search.finds_nothing(&[output.stdout, output.stderr].concat(), "what the import prints");
    assert_eq!(
        fs::read_to_string(&report).expect("it is there").lines().count(),
        5,
        "four rows are rejected"
    );
}
