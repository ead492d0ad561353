//! Text for the cells of a spreadsheet.

use crate::output::harmless;

/// What makes a spreadsheet take a text for a formula; the wide forms too, as they are typed in China.
const FORMULA_SIGNS: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];

/// Text from outside, made harmless: what a spreadsheet would run as a formula gets an apostrophe before it, and what a terminal would obey is shown.
/// A tab or a line break at the beginning is a control character, so it is shown too.
pub(crate) fn cell(text: &str) -> String {
    let text = harmless(text);
    if text.trim_start().starts_with(FORMULA_SIGNS) { format!("'{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_formula_is_text_with_an_apostrophe_before_it() {
        for formula in ["=1+1", "+1", "-1", "@SUM(A1)", " =1", "＝1", "　－1"] {
            assert_eq!(cell(formula), format!("'{formula}"));
        }
    }

    #[test]
    fn what_begins_with_a_tab_or_a_line_break_does_not_any_more() {
        assert_eq!(cell("\t=1"), "\\u{9}=1");
        assert_eq!(cell("\r=1"), "\\u{d}=1");
        assert_eq!(cell("\n=1"), "\\u{a}=1");
    }

    #[test]
    fn everything_else_stays_as_it_is() {
        for text in ["", "张示例", "2023-11-30", "a=b", "地区：牙克石市 → 翁牛特旗", "15078219980628925044"]
        {
            assert_eq!(cell(text), text);
        }
    }
}
