//! The languages that signoff speaks, and the choice among them.

/// A language that every message exists in.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub enum Lang {
    /// English, the default.
    #[default]
    En,
    /// Dutch.
    Nl,
    /// Swedish.
    Sv,
    /// Turkish.
    Tr,
    /// Hungarian.
    Hu,
    /// Polish.
    Pl,
}

impl Lang {
    /// All languages, the default first.
    pub const ALL: [Self; 6] = [Self::En, Self::Nl, Self::Sv, Self::Tr, Self::Hu, Self::Pl];

    /// The primary language subtag, as in `Content-Language`: `en`, `nl`, `sv`, `tr`, `hu` or `pl`.
    pub fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Nl => "nl",
            Self::Sv => "sv",
            Self::Tr => "tr",
            Self::Hu => "hu",
            Self::Pl => "pl",
        }
    }

    /// The language whose primary subtag is `subtag`, in any letter case.
    pub fn from_tag(subtag: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|lang| lang.tag().eq_ignore_ascii_case(subtag))
    }

    /// Chooses a language by an `Accept-Language` header (RFC 9110 §12.5.4).
    ///
    /// The range with the highest weight whose primary subtag is spoken wins, the earlier one among
    /// equals; `*` stands for the first language that the header does not rule out with `q=0`. A range
    /// that breaks the grammar is passed over. Without a match the answer is English: a message in the
    /// wrong language is of more use than none.
    pub fn negotiate(accept_language: Option<&str>) -> Self {
        let mut ranges: Vec<(&str, u16)> =
            accept_language.unwrap_or_default().split(',').filter_map(parse_range).collect();
        // A stable sort keeps the order of the header among equal weights.
        ranges.sort_by_key(|&(_, weight)| std::cmp::Reverse(weight));
        let refused = |lang: Self| {
            ranges.iter().any(|&(primary, weight)| weight == 0 && Self::from_tag(primary) == Some(lang))
        };
        ranges
            .iter()
            .filter(|&&(_, weight)| weight > 0)
            .find_map(|&(primary, _)| match primary {
                "*" => Self::ALL.into_iter().find(|&lang| !refused(lang)),
                subtag => Self::from_tag(subtag),
            })
            .unwrap_or_default()
    }
}

/// Splits `nl-BE;q=0.5` into its primary subtag and its weight in thousandths.
fn parse_range(range: &str) -> Option<(&str, u16)> {
    let (tag, weight) = match range.split_once(';') {
        None => (range, 1000),
        Some((tag, parameter)) => (tag, parse_weight(parameter)?),
    };
    let mut subtags = tag.trim().split('-');
    let primary = subtags.next()?;
    subtags.all(is_subtag).then_some((primary, weight))
}

fn is_subtag(subtag: &str) -> bool {
    (1..=8).contains(&subtag.len()) && subtag.bytes().all(|b| b.is_ascii_alphanumeric())
}

/// Reads `q=0.75` as 750. The grammar allows three decimals and nothing above 1.
fn parse_weight(parameter: &str) -> Option<u16> {
    let (name, value) = parameter.split_once('=')?;
    if !name.trim().eq_ignore_ascii_case("q") {
        return None;
    }
    let (whole, decimals) = value.trim().split_once('.').unwrap_or((value.trim(), ""));
    if !matches!(whole, "0" | "1") || decimals.len() > 3 || !decimals.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let thousandths = format!("{whole}{decimals:0<3}").parse().ok()?;
    (thousandths <= 1000).then_some(thousandths)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn negotiation_follows_the_weights_and_survives_garbage() {
        let table = [
            (None, Lang::En),
            (Some(""), Lang::En),
            (Some("nl"), Lang::Nl),
            (Some("NL-be"), Lang::Nl),
            (Some("sv-SE,sv;q=0.9,en;q=0.8"), Lang::Sv),
            (Some("en;q=0.3, tr;q=0.9, hu;q=0.8"), Lang::Tr),
            (Some("hu;q=0.5,pl;q=0.5"), Lang::Hu),
            (Some("pl;q=0.501,hu;q=0.5"), Lang::Pl),
            (Some("de-DE, fr;q=0.9, pl;q=0.1"), Lang::Pl),
            (Some("de, fr"), Lang::En),
            (Some("*"), Lang::En),
            (Some("*, nl;q=0.5"), Lang::En),
            (Some("nl, *;q=0.5"), Lang::Nl),
            (Some("*, en;q=0"), Lang::Nl),
            (Some("nl;q=0, sv;q=0.1"), Lang::Sv),
            (Some("nl;q=0"), Lang::En),
            (Some("nl;q=0.000, tr;q=1.000"), Lang::Tr),
            (Some("nl ; q=0.2 , tr ; Q=0.4"), Lang::Tr),
            (Some("nl;q=2, tr;q=0.1"), Lang::Tr),
            (Some("nl;q=1.001, tr;q=0.1"), Lang::Tr),
            (Some("nl;q=0.1234, tr;q=0.1"), Lang::Tr),
            (Some("nl;q=-1, tr;q=0.1"), Lang::Tr),
            (Some("nl;q=NaN, tr;q=0.1"), Lang::Tr),
            (Some("nl;q, tr;q=0.1"), Lang::Tr),
            (Some("nl;level=1, tr;q=0.1"), Lang::Tr),
            (Some("nl--BE, tr;q=0.1"), Lang::Tr),
            (Some("nl-ß, tr;q=0.1"), Lang::Tr),
            (Some(",,;;==,\u{0}\u{7f},;q=1, 🦀;q=0.5,hu;q=0.001"), Lang::Hu),
            (Some(",;q="), Lang::En),
        ];
        for (header, expected) in table {
            assert_eq!(Lang::negotiate(header), expected, "{header:?}");
        }
    }

    #[test]
    fn a_long_header_is_read_to_its_end() {
        let header = format!("{}pl", "xx,".repeat(10_000));
        assert_eq!(Lang::negotiate(Some(&header)), Lang::Pl);
    }

    #[test]
    fn a_tag_leads_back_to_its_language() {
        for lang in Lang::ALL {
            assert_eq!(Lang::from_tag(lang.tag()), Some(lang));
        }
        assert_eq!(Lang::from_tag("de"), None);
    }
}
