//! The keys that somebody may have meant, and where all of them are.

use super::node::shown_name;
use crate::OfferType;

/// So many keys are named.
const NAMED: usize = 3;
/// How much of a key is compared, in characters: no key is longer.
const COMPARED: usize = 80;

/// Those of `known` that are most like `key`, the nearest first, separated by commas.
pub(super) fn nearest<'a>(key: &str, known: impl Iterator<Item = &'a str>) -> String {
    let fold = |text: &str| text.chars().take(COMPARED).flat_map(char::to_lowercase).collect::<String>();
    let wanted = fold(key);
    let mut ranked: Vec<(usize, &str)> =
        known.map(|known| (strsim::osa_distance(&wanted, &fold(known)), known)).collect();
    ranked.sort_by_key(|(distance, _)| *distance);
    ranked.dedup_by_key(|(_, known)| *known);
    ranked.into_iter().take(NAMED).map(|(_, known)| known).collect::<Vec<_>>().join(", ")
}

/// The path at which all keys of an offer type are.
pub(super) fn address(offer_type: &OfferType) -> String {
    format!("/api/offerTypes/{}", offer_type.id)
}

/// A key as a finding repeats it.
pub(super) fn shown(key: &str) -> String {
    shown_name(key).into_owned()
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn the_nearest_come_first() {
        let known = ["compute", "networking", "storage", "analytics-amp", "compute"];
        assert_eq!(nearest("Computer", known.into_iter()), "compute, storage, networking");
        assert_eq!(nearest("analytics", known.into_iter()).split(", ").next(), Some("analytics-amp"));
        assert_eq!(nearest("x", std::iter::empty()), "");
    }

    #[test]
    fn of_a_long_key_the_beginning_is_compared() {
        let (short, long) = ("a".repeat(80), "a".repeat(160));
        // Compared whole, the second would be the nearer one.
        let near = nearest(&long, [short.as_str(), long.as_str()].into_iter());
        assert_eq!(near, format!("{short}, {long}"));
    }
}
