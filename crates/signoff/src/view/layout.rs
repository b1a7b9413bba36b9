//! Tables that fit the screen: times get shorter, texts are wrapped between words, names are cut with `…`, and what
//! matters least is left out. What is no screen gets everything, unfolded.

use std::fmt;

use console::{measure_text_width, truncate_str};

use super::out::Screen;
use super::text::{Look, Text};
use super::{moment, plain};

/// What a wrapped text is not made narrower than while something can still be left out.
const COMFORTABLE: usize = 32;
/// What a wrapped text is not made narrower than at all.
const NARROWEST: usize = 16;
/// What stands between columns.
const GAP: usize = 2;
/// The lengths of a time: exact and relative, exact, relative.
const LENGTHS: usize = 3;

/// A column: its name, and what becomes of it where there is little room.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Column {
    name: &'static str,
    fit: Fit,
    /// Left out where it must be, the highest number first; 0: never.
    spare: u8,
}

#[derive(Clone, Copy, Debug)]
enum Fit {
    /// It has to be read whole.
    Whole,
    /// It is cut at its end, down to so many columns.
    Cut(usize),
    /// The same at its beginning: what tells it from others is at its end.
    CutFront(usize),
    /// It goes on in the next line.
    Wrapped,
}

impl Column {
    /// A column that is shown whole.
    pub(crate) const fn whole(name: &'static str) -> Self {
        Self { name, fit: Fit::Whole, spare: 0 }
    }

    /// One that is cut at its end, down to `least` columns.
    pub(crate) const fn cut(name: &'static str, least: usize) -> Self {
        Self { fit: Fit::Cut(least), ..Self::whole(name) }
    }

    /// One that is cut at its beginning.
    pub(crate) const fn cut_front(name: &'static str, least: usize) -> Self {
        Self { fit: Fit::CutFront(least), ..Self::whole(name) }
    }

    /// One that goes on in the next line.
    pub(crate) const fn wrapped(name: &'static str) -> Self {
        Self { fit: Fit::Wrapped, ..Self::whole(name) }
    }

    /// The same, left out where it must be, the highest number first.
    pub(crate) const fn spare(self, rank: u8) -> Self {
        Self { spare: rank, ..self }
    }
}

/// What stands in a column.
#[derive(Clone, Debug)]
pub(crate) struct Cell {
    text: String,
    look: Look,
    is_moment: bool,
}

impl Cell {
    /// A text; markup and what steers is taken out.
    pub(crate) fn text(text: impl AsRef<str>) -> Self {
        Self { text: plain(text.as_ref()), look: Look::Plain, is_moment: false }
    }

    /// The word for a state.
    pub(crate) fn state(word: impl AsRef<str>) -> Self {
        Self { look: Look::of_state(word.as_ref()), ..Self::text(word) }
    }

    /// A time, as the API has it.
    pub(crate) fn moment(time: impl AsRef<str>) -> Self {
        Self { is_moment: true, ..Self::text(time) }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// The text at one of the lengths of a time.
    fn shown(&self, screen: &Screen, length: usize) -> String {
        if !self.is_moment {
            return self.text.clone();
        }
        let exact = moment::exact(&self.text);
        match screen.now.and_then(|now| moment::relative(&self.text, now)) {
            None => exact,
            Some(relative) if length == 0 => format!("{exact} ({relative})"),
            Some(_) if length == 1 => exact,
            Some(relative) => relative,
        }
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::text(text)
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::text(text)
    }
}

/// Rows under the names of their columns, or without names.
#[derive(Clone, Debug)]
struct Grid {
    columns: Vec<Column>,
    rows: Vec<Vec<Cell>>,
    is_headed: bool,
}

/// Tables, one below the other.
#[derive(Clone, Debug, Default)]
pub(crate) struct Document(Vec<Part>);

#[derive(Clone, Debug)]
enum Part {
    Grid(Grid),
    Text(Text),
}

impl Document {
    /// A table under the names of its columns.
    pub(crate) fn table<const N: usize>(
        columns: [Column; N],
        rows: impl IntoIterator<Item = [Cell; N]>,
    ) -> Self {
        let rows = rows.into_iter().map(Vec::from).collect();
        Self(vec![Part::Grid(Grid { columns: columns.to_vec(), rows, is_headed: true })])
    }

    /// Names and values, one a line; empty values are left out.
    pub(crate) fn fields<const N: usize>(fields: [(&'static str, Cell); N]) -> Self {
        let said = fields.into_iter().filter(|(_, value)| !value.is_empty());
        let rows = said.map(|(name, value)| vec![Cell::text(name), value]).collect();
        let columns = vec![Column::whole(""), Column::wrapped("")];
        Self(vec![Part::Grid(Grid { columns, rows, is_headed: false })])
    }

    /// This one, and below an empty line the other; nothing if that one is nothing.
    #[must_use]
    pub(crate) fn then(mut self, other: Self) -> Self {
        if !other.0.is_empty() {
            self.0.push(Part::Text(Text::from("\n")));
            self.0.extend(other.0);
        }
        self
    }

    /// What the screen shows.
    pub(crate) fn laid(&self, screen: &Screen) -> Text {
        let mut laid = Text::default();
        for part in &self.0 {
            match part {
                Part::Grid(grid) => laid.append(grid.laid(screen)),
                Part::Text(text) => laid.append(text.clone()),
            }
        }
        laid
    }
}

impl From<String> for Document {
    fn from(text: String) -> Self {
        Self(vec![Part::Text(text.into())])
    }
}

impl From<Text> for Document {
    fn from(text: Text) -> Self {
        Self(vec![Part::Text(text)])
    }
}

impl fmt::Display for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.laid(&Screen::default()).rendered(false))
    }
}

/// Which columns are shown, how wide, and how long times are.
struct Plan {
    /// Places of columns and their widths.
    columns: Vec<(usize, usize)>,
    length: usize,
}

impl Grid {
    fn laid(&self, screen: &Screen) -> Text {
        let plan = self.plan(screen);
        let mut laid = Text::default();
        if self.is_headed {
            let heads: Vec<_> = plan
                .columns
                .iter()
                .map(|(at, width)| (vec![self.columns[*at].name.to_owned()], *width))
                .collect();
            lines(&mut laid, &heads, |_| Look::Faint);
        }
        for row in &self.rows {
            let cells: Vec<_> = plan
                .columns
                .iter()
                .map(|(at, width)| {
                    let text = row[*at].shown(screen, plan.length);
                    let folded = match self.columns[*at].fit {
                        Fit::Wrapped if screen.width.is_some() => wrapped(&text, *width),
                        Fit::CutFront(_) => vec![end_of(&text, *width)],
                        _ => vec![truncate_str(&text, *width, "…").into_owned()],
                    };
                    (folded, *width)
                })
                .collect();
            let look = |place: usize| match (self.is_headed, place) {
                (false, 0) => Look::Faint,
                _ => row[plan.columns[place].0].look,
            };
            lines(&mut laid, &cells, look);
        }
        laid
    }

    fn plan(&self, screen: &Screen) -> Plan {
        let rank = |at: &usize| self.columns[*at].spare;
        let mut shown: Vec<usize> = Vec::new();
        for narrowest in [COMFORTABLE, NARROWEST] {
            shown = (0..self.columns.len()).collect();
            loop {
                if let Some(plan) = self.fitting(&shown, narrowest, screen) {
                    return plan;
                }
                let Some(spare) = shown.iter().copied().max_by_key(rank).filter(|at| rank(at) > 0) else {
                    break;
                };
                shown.retain(|at| *at != spare);
            }
        }
        // Wider than the screen, which then folds it: nothing is lost.
        let length = LENGTHS - 1;
        let width = |at: usize| (at, self.least(at, self.natural(at, screen, length), NARROWEST, true));
        Plan { columns: shown.into_iter().map(width).collect(), length }
    }

    /// How the columns fit with the longest times that there is room for; `None`: they do not.
    fn fitting(&self, shown: &[usize], narrowest: usize, screen: &Screen) -> Option<Plan> {
        (0..LENGTHS).find_map(|length| {
            let natural: Vec<usize> = shown.iter().map(|at| self.natural(*at, screen, length)).collect();
            let may_cut = length + 1 == LENGTHS;
            let least = |place: usize| self.least(shown[place], natural[place], narrowest, may_cut);
            let widths = squeezed(natural.clone(), screen.width, least)?;
            Some(Plan { columns: shown.iter().copied().zip(widths).collect(), length })
        })
    }

    fn natural(&self, at: usize, screen: &Screen, length: usize) -> usize {
        let cells = self.rows.iter().map(|row| measure_text_width(&row[at].shown(screen, length)));
        let head = if self.is_headed { measure_text_width(self.columns[at].name) } else { 0 };
        cells.chain([head]).max().unwrap_or(0)
    }

    fn least(&self, at: usize, natural: usize, narrowest: usize, may_cut: bool) -> usize {
        let head = measure_text_width(self.columns[at].name);
        natural.min(match (self.columns[at].fit, may_cut) {
            (Fit::Wrapped, _) => narrowest.max(head),
            (Fit::Cut(least) | Fit::CutFront(least), true) => least.max(head),
            _ => natural,
        })
    }
}

/// The widths made to fit, the widest first; `None`: they cannot.
fn squeezed(
    mut widths: Vec<usize>,
    screen: Option<usize>,
    least: impl Fn(usize) -> usize,
) -> Option<Vec<usize>> {
    let Some(screen) = screen else { return Some(widths) };
    let gaps = GAP * widths.len().saturating_sub(1);
    while widths.iter().sum::<usize>() + gaps > screen {
        let squeezable = (0..widths.len()).filter(|place| widths[*place] > least(*place));
        let widest = squeezable.max_by_key(|place| widths[*place])?;
        widths[widest] -= 1;
    }
    Some(widths)
}

/// The lines of one row: `cells` are the lines of each column and its width.
fn lines(laid: &mut Text, cells: &[(Vec<String>, usize)], look: impl Fn(usize) -> Look) {
    let height = cells.iter().map(|(lines, _)| lines.len()).max().unwrap_or(0);
    for at in 0..height {
        let mut blanks = 0;
        for (place, (lines, width)) in cells.iter().enumerate() {
            let text = lines.get(at).map_or("", String::as_str);
            if !text.is_empty() {
                // Blanks are written before the next text only, so that no line ends in them.
                laid.push(Look::Plain, " ".repeat(blanks));
                laid.push(look(place), text);
                blanks = 0;
            }
            blanks += width.saturating_sub(measure_text_width(text)) + GAP;
        }
        laid.push(Look::Plain, "\n");
    }
}

/// The end of the text, with a mark before it where it is cut.
fn end_of(text: &str, width: usize) -> String {
    if measure_text_width(text) <= width {
        return text.to_owned();
    }
    let ends = text.char_indices().map(|(at, _)| &text[at..]);
    let end = ends.into_iter().find(|end| measure_text_width(end) < width);
    format!("…{}", end.unwrap_or_default())
}

/// The text in lines of at most `width` columns, broken between words; a longer word has a line of its own.
pub(crate) fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let longer = measure_text_width(&line) + 1 + measure_text_width(word);
        if line.is_empty() {
            word.clone_into(&mut line);
        } else if longer <= width {
            line = format!("{line} {word}");
        } else {
            lines.push(std::mem::replace(&mut line, word.to_owned()));
        }
    }
    lines.push(line);
    lines
}

#[cfg(test)]
mod tests;
