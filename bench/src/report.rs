//! The table.

use std::fmt::Write as _;

use crate::stats::Spread;

/// What was measured, and what it should be.
pub(crate) struct Row {
    pub(crate) what: &'static str,
    /// The server's own figure, with its unit.
    pub(crate) measured: String,
    /// The limit's figure in the same rounds.
    pub(crate) limit: String,
    pub(crate) judged: Judged,
}

/// What the goal speaks of.
pub(crate) enum Judged {
    /// Measured ÷ limit in percent, round by round: at least.
    Ratio { percent: Spread, goal: f64, aim: f64 },
    /// Measured ÷ limit in percent, which nobody has a goal for.
    Share { percent: Spread },
    /// Measured ÷ limit, round by round: at most so many times.
    Times { times: Spread, goal: f64, aim: f64 },
    /// The figure itself: at most.
    Figure { value: Spread, unit: &'static str, goal: f64, aim: f64 },
}

impl Judged {
    fn cells(&self) -> [String; 4] {
        match self {
            Self::Ratio { percent, goal, aim } => [
                format!("{:.0} % ({:.0}–{:.0})", percent.median, percent.min, percent.max),
                format!("≥ {goal:.0} %"),
                format!("≥ {aim:.0} %"),
                verdict(percent.median >= *aim, percent.median >= *goal).to_owned(),
            ],
            Self::Share { percent } => [
                format!("{:.0} % ({:.0}–{:.0})", percent.median, percent.min, percent.max),
                String::new(),
                String::new(),
                String::new(),
            ],
            Self::Times { times, goal, aim } => [
                format!("{:.2} × ({:.2}–{:.2})", times.median, times.min, times.max),
                format!("≤ {goal} ×"),
                format!("≤ {aim} ×"),
                verdict(times.median <= *aim, times.median <= *goal).to_owned(),
            ],
            Self::Figure { value, unit, goal, aim } => [
                format!("{:.2} {unit} ({:.2}–{:.2})", value.median, value.min, value.max),
                format!("≤ {goal} {unit}"),
                format!("≤ {aim} {unit}"),
                verdict(value.median <= *aim, value.median <= *goal).to_owned(),
            ],
        }
    }
}

fn verdict(aim: bool, goal: bool) -> &'static str {
    match (aim, goal) {
        (true, _) => "met, aim met",
        (false, true) => "met",
        (false, false) => "missed",
    }
}

/// Requests a second.
pub(crate) fn rate(spread: Spread) -> String {
    format!("{:.0}/s ({:.0}–{:.0})", spread.median, spread.min, spread.max)
}

/// The rows as a Markdown table: medians, least and greatest in brackets.
pub(crate) fn table(rows: &[Row]) -> String {
    let head = ["measurement", "signoff", "limit", "judged", "goal", "aim", "verdict"].map(str::to_owned);
    let mut lines = vec![head];
    lines.extend(rows.iter().map(|row| {
        let [judged, goal, aim, verdict] = row.judged.cells();
        [row.what.to_owned(), row.measured.clone(), row.limit.clone(), judged, goal, aim, verdict]
    }));
    let widths: Vec<usize> = (0..7)
        .map(|column| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0))
        .collect();
    let mut text = String::new();
    for (number, line) in lines.iter().enumerate() {
        for (cell, width) in line.iter().zip(&widths) {
            // Writing to a string cannot fail.
            let _ = write!(text, "| {cell:width$} ");
        }
        text.push_str("|\n");
        if number == 0 {
            for width in &widths {
                let _ = write!(text, "|{}", "-".repeat(width + 2));
            }
            text.push_str("|\n");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spread(median: f64) -> Spread {
        Spread { median, min: median - 1.0, max: median + 1.0 }
    }

    #[test]
    fn a_goal_is_met_by_the_median() {
        let ratio = |median| Judged::Ratio { percent: spread(median), goal: 60.0, aim: 80.0 }.cells();
        assert_eq!(ratio(59.0)[3], "missed");
        assert_eq!(ratio(60.0)[3], "met");
        assert_eq!(ratio(81.0)[3], "met, aim met");
        let figure =
            |median| Judged::Figure { value: spread(median), unit: "ms", goal: 25.0, aim: 10.0 }.cells();
        assert_eq!(figure(26.0)[3], "missed");
        assert_eq!(figure(25.0)[3], "met");
        assert_eq!(figure(9.0)[3], "met, aim met");
        let times = |median| Judged::Times { times: spread(median), goal: 3.0, aim: 1.5 }.cells();
        assert_eq!(times(3.1)[3], "missed");
        assert_eq!(times(3.0)[3], "met");
        assert_eq!(times(1.0)[3], "met, aim met");
    }

    #[test]
    fn every_row_of_the_table_is_as_wide() {
        let judged = || Judged::Ratio { percent: spread(70.0), goal: 60.0, aim: 80.0 };
        let row = |what| Row { what, measured: rate(spread(9.0)), limit: String::new(), judged: judged() };
        let table = table(&[row("polls"), row("durable publishes")]);
        let widths: Vec<usize> = table.lines().map(|line| line.chars().count()).collect();
        assert_eq!(widths.len(), 4);
        assert!(widths.iter().all(|width| *width == widths[0]), "{table}");
    }
}
