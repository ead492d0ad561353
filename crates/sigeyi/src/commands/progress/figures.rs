//! Figures as they are printed, wherever they come from.

use comfy_table::{CellAlignment, Table, presets};
use sigeyi_domain::{Figure, Region};

use crate::output::number;

/// Which regions.
#[derive(Clone, Copy)]
pub(crate) enum Shown {
    /// Every division.
    All,
    /// A region and those right below it.
    WithChildren(Region),
}

/// Figures with what they are figures of.
pub(crate) struct Figures {
    /// Id of the plan.
    pub(crate) plan: String,
    pub(crate) plan_title: String,
    pub(crate) as_of: String,
    /// What was known.
    pub(crate) position: String,
    /// What there is to know.
    pub(crate) head: String,
    pub(crate) regions: Vec<RegionFigures>,
}

/// The figures of one region.
pub(crate) struct RegionFigures {
    pub(crate) code: String,
    pub(crate) name: String,
    /// In the order of [`Figure::ALL`]; none where a server withholds it, since fewer than five people could be told from it.
    pub(crate) counts: [Option<u32>; Figure::ALL.len()],
}

/// What stands in a table for a figure that is withheld.
const WITHHELD: &str = "＊";

impl RegionFigures {
    fn get(&self, figure: Figure) -> Option<u32> {
        self.counts[figure as usize]
    }
}

/// As people read them.
pub(crate) fn table(figures: &Figures) -> String {
    let shown = [
        Figure::Registered,
        Figure::InScope,
        Figure::InfoVerified,
        Figure::AbilityAssessed,
        Figure::DemandRegistered,
        Figure::ServiceDelivered,
        Figure::Complete,
        Figure::CompleteNational,
        Figure::OutOfOrder,
    ];
    let mut table = Table::new();
    table.load_style(presets::UTF8_BORDERS_ONLY);
    let labels = shown.iter().map(|figure| figure.label());
    table.set_header(["代码", "地区"].into_iter().chain(labels).chain(["完成率"]));
    for region in &figures.regions {
        let mut cells = vec![region.code.clone(), region.name.clone()];
        cells.extend(shown.iter().map(|figure| count(region.get(*figure))));
        cells.push(percent(region.get(Figure::Complete), region.get(Figure::InScope)));
        table.add_row(cells);
    }
    for column in table.column_iter_mut().skip(2) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    let is_withheld = |region: &RegionFigures| shown.iter().any(|figure| region.get(*figure).is_none());
    let note = if figures.regions.iter().any(is_withheld) {
        format!("{WITHHELD} 小于5或可推算，不公布 withheld: fewer than five people could be told from it\n")
    } else {
        String::new()
    };
    format!(
        "{}\n截至 as of {} · 方案 plan {} · 位置 position {} / {}\n{table}\n{note}",
        figures.plan_title, figures.as_of, figures.plan, figures.position, figures.head
    )
}

fn count(count: Option<u32>) -> String {
    count.map_or_else(|| WITHHELD.to_owned(), |count| number(count.into()))
}

fn percent(part: Option<u32>, whole: Option<u32>) -> String {
    match (part, whole) {
        (Some(_), Some(0)) => "–".to_owned(),
        (Some(part), Some(whole)) => format!("{:.1}%", f64::from(part) * 100.0 / f64::from(whole)),
        _ => WITHHELD.to_owned(),
    }
}

/// The columns of the exchange format: every figure but the last.
pub(crate) fn csv(figures: &Figures) -> String {
    let columns = || Figure::ALL.into_iter().filter(|figure| *figure != Figure::OutOfOrder);
    let mut text = String::from("as_of,region_code");
    for figure in columns() {
        text.push(',');
        text.push_str(figure.name());
    }
    text.push('\n');
    for region in &figures.regions {
        text.push_str(&format!("{},{}", figures.as_of, region.code));
        for figure in columns() {
            text.push(',');
            text.extend(region.get(figure).map(|count| count.to_string()));
        }
        text.push('\n');
    }
    text
}

pub(crate) fn json(figures: &Figures) -> String {
    let rows: Vec<serde_json::Value> = figures
        .regions
        .iter()
        .map(|region| {
            let counts: serde_json::Map<String, serde_json::Value> = Figure::ALL
                .into_iter()
                .map(|figure| (figure.name().to_owned(), region.get(figure).into()))
                .collect();
            serde_json::json!({"region_code": region.code, "name": region.name, "figures": counts})
        })
        .collect();
    let answer = serde_json::json!({
        "plan": figures.plan,
        "as_of": figures.as_of,
        // A string, since positions outgrow the numbers of many readers.
        "position": figures.position,
        "regions": rows,
    });
    format!("{answer:#}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures() -> Figures {
        let region = |code: &str, name: &str, first: u32| RegionFigures {
            code: code.to_owned(),
            name: name.to_owned(),
            counts: std::array::from_fn(|at| Some(first + at as u32)),
        };
        Figures {
            plan: "nmg-2022-2024".to_owned(),
            plan_title: "方案".to_owned(),
            as_of: "2023-11-30".to_owned(),
            position: "9007199254740993".to_owned(),
            head: "9007199254740999".to_owned(),
            regions: vec![region("150000", "内蒙古自治区", 1_000), region("150100", "呼和浩特市", 0)],
        }
    }

    #[test]
    fn csv_has_every_figure_but_the_last_in_its_column() {
        assert_eq!(
            csv(&figures()),
            "as_of,region_code,registered,in_scope,info_verified,ability_assessed,demand_registered,service_delivered,complete,\
             with_need,complete_national,ever_in_scope,ever_complete\n\
             2023-11-30,150000,1000,1001,1002,1003,1004,1005,1006,1007,1008,1009,1010\n\
             2023-11-30,150100,0,1,2,3,4,5,6,7,8,9,10\n"
        );
    }

    #[test]
    fn json_names_every_figure_and_keeps_positions_whole() {
        let answer: serde_json::Value = serde_json::from_str(&json(&figures())).unwrap();
        assert_eq!(answer["position"], "9007199254740993");
        assert_eq!(answer["regions"][1]["name"], "呼和浩特市");
        for (at, figure) in Figure::ALL.into_iter().enumerate() {
            assert_eq!(answer["regions"][0]["figures"][figure.name()], 1_000 + at);
        }
    }

    #[test]
    fn a_table_has_thousands_and_shares() {
        let printed = table(&figures());
        let lines: Vec<&str> = printed.lines().collect();
        assert_eq!(
            lines[..2],
            [
                "方案",
                "截至 as of 2023-11-30 · 方案 plan nmg-2022-2024 · 位置 position 9007199254740993 / 9007199254740999"
            ]
        );
        let row = |code: &str| {
            let line = lines.iter().find(|line| line.contains(code)).unwrap();
            line.trim_matches('│').split_whitespace().skip(1).map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(
            row("150000"),
            [
                "内蒙古自治区",
                "1,000",
                "1,001",
                "1,002",
                "1,003",
                "1,004",
                "1,005",
                "1,006",
                "1,008",
                "1,011",
                "100.5%"
            ]
        );
        assert_eq!(row("150100").last().unwrap(), "600.0%");
        assert_eq!(percent(Some(0), Some(0)), "–");
        assert!(!printed.contains(WITHHELD));
    }

    #[test]
    fn what_is_withheld_is_a_star_in_a_table_empty_in_csv_and_null_in_json() {
        let mut figures = figures();
        figures.regions[1].counts[Figure::InfoVerified as usize] = None;
        figures.regions[1].counts[Figure::Complete as usize] = None;
        let printed = table(&figures);
        let row = printed.lines().find(|line| line.contains("150100")).unwrap();
        assert_eq!(row.matches(WITHHELD).count(), 3, "two figures, and the share of one of them: {row}");
        assert!(printed.ends_with("fewer than five people could be told from it\n"));
        assert!(csv(&figures).ends_with("2023-11-30,150100,0,1,,3,4,5,,7,8,9,10\n"));
        let answer: serde_json::Value = serde_json::from_str(&json(&figures)).unwrap();
        let figures = &answer["regions"][1]["figures"];
        assert_eq!(figures.get("info_verified"), Some(&serde_json::Value::Null));
        assert_eq!(figures["ability_assessed"], 3);
    }
}
