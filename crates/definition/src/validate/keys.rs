//! Category and industry keys against the tables of the offer type.
//!
//! Both maps are lists of entries like `{"categoryL1": "compute", "categoryL2-compute": ["cache"]}`.

use serde_json::Value;
use signoff_text::FindingText;

use super::nearest::{address, nearest, shown};
use super::node::Node;
use crate::{
    OfferType,
    finding::Findings,
    tables::{self, KeyTable},
};

/// The members that hold an industry map.
const INDUSTRY_SUFFIX: &str = "industryMap";
/// The member of 2018 that listed categories, in the place of `categoryMap`.
const FLAT_CATEGORIES: &str = "categories";

/// Checks the categories and the industries of an offer.
pub(super) fn check_offer(offer_type: &OfferType, offer: &Node<'_>, findings: &mut Findings) {
    let filled = check_categories(offer_type, offer, findings) | check_flat(offer_type, offer, findings);
    if offer_type.category_required && !filled {
        let member = offer.member(&offer_type.category_keys[0]);
        member.error(|| FindingText::MissingCategory { field: member.key() }, findings);
    }
    for prefix in ["microsoft-azure-marketplace", &offer_type.prefix] {
        let name = format!("{prefix}.{INDUSTRY_SUFFIX}");
        check_industries(offer_type, &offer.member(&name), findings);
    }
}

/// Looks for categories in the form of 2018. True if there are any.
fn check_flat(offer_type: &OfferType, offer: &Node<'_>, findings: &mut Findings) -> bool {
    let mut filled = false;
    for key in &offer_type.category_keys {
        let Some((prefix, _)) = key.rsplit_once('.') else { continue };
        let name = format!("{prefix}.{FLAT_CATEGORIES}");
        let flat = offer.member(&name);
        let holds_any = match flat.value() {
            Some(Value::Array(items)) => !items.is_empty(),
            Some(_) => !flat.is_blank(),
            None => false,
        };
        if holds_any {
            let detail = || FindingText::FlatCategories { field: flat.key(), right: key.clone() };
            flat.warning(detail, findings);
        }
        filled |= holds_any;
    }
    filled
}

/// Checks the categories that `holder`, an offer or a plan, names. True if it names any.
pub(super) fn check_categories(offer_type: &OfferType, holder: &Node<'_>, findings: &mut Findings) -> bool {
    let names = &offer_type.category_tables;
    // A type without categories has nothing to compare with, so that its map may hold anything.
    if names.is_empty() {
        return false;
    }
    let mut filled = false;
    for key in &offer_type.category_keys {
        let member = holder.member(key);
        // Plans are many, and most have no map: the tables are looked up for those that do.
        if member.is_blank() {
            continue;
        }
        let map = KeyMap {
            top: "categoryL1",
            below: "categoryL2-",
            tables: names.iter().filter_map(|name| tables::categories(name)).collect(),
            offer_type,
            unknown: &|key, near, address| FindingText::UnknownCategory {
                key,
                offer_type: offer_type.id.clone(),
                near,
                address,
            },
            unknown_below: &|key, category, near, address| FindingText::UnknownSubcategory {
                key,
                category,
                near,
                address,
            },
        };
        filled |= map.check(&member, findings);
    }
    filled
}

fn check_industries(offer_type: &OfferType, member: &Node<'_>, findings: &mut Findings) {
    let Some(table) = offer_type.industry_table.as_deref().and_then(tables::industries) else {
        if member.list(findings).is_some_and(|entries| entries.len() > 0) {
            let detail = || FindingText::IndustriesNotAllowed { offer_type: offer_type.id.clone() };
            member.error(detail, findings);
        }
        return;
    };
    let map = KeyMap {
        top: "industryL1",
        below: "industryL2-",
        tables: vec![table],
        offer_type,
        unknown: &|key, near, address| FindingText::UnknownIndustry { key, near, address },
        unknown_below: &|key, industry, near, address| FindingText::UnknownSubindustry {
            key,
            industry,
            near,
            address,
        },
    };
    map.check(member, findings);
}

/// How a map of keys is spelled, and what is said about keys that are not in the tables.
struct KeyMap<'t> {
    /// The member that holds a key of the first level.
    top: &'static str,
    /// What the names of the other members begin with; a key of the first level follows.
    below: &'static str,
    tables: Vec<&'static KeyTable>,
    offer_type: &'t OfferType,
    /// Given the key, those that are most like it, and the address.
    unknown: &'t dyn Fn(String, String, String) -> FindingText,
    /// The same of a key below another.
    unknown_below: &'t dyn Fn(String, String, String, String) -> FindingText,
}

impl KeyMap<'_> {
    /// Checks a map. True if there is anything in it, right or wrong.
    fn check(&self, map: &Node<'_>, findings: &mut Findings) -> bool {
        if map.is_blank() {
            return false;
        }
        let Some(entries) = map.list(findings) else { return true };
        let filled = entries.len() > 0;
        entries.for_each(|entry| self.check_entry(&entry, findings));
        filled
    }

    fn check_entry(&self, entry: &Node<'_>, findings: &mut Findings) {
        if entry.object(findings).is_none() {
            return;
        }
        let top = entry.member(self.top);
        if top.is_blank() {
            return top.missing(findings);
        }
        let Some(key) = top.text(findings) else { return };
        if !tables::has_key(&self.tables, key) {
            let unknown = || {
                let near = nearest(key, tables::keys(&self.tables));
                (self.unknown)(shown(key), near, address(self.offer_type))
            };
            return top.error(unknown, findings);
        }
        for (name, below) in entry.members() {
            match name.strip_prefix(self.below) {
                Some(above) if above == key => self.check_below(key, &below, findings),
                Some(_) => {
                    let misplaced = || FindingText::MisplacedKeys {
                        field: below.key(),
                        right: format!("{}{key}", self.below),
                    };
                    below.error(misplaced, findings);
                }
                None => {}
            }
        }
    }

    fn check_below(&self, key: &str, list: &Node<'_>, findings: &mut Findings) {
        for item in list.list(findings).into_iter().flatten() {
            let Some(below) = item.text(findings) else { continue };
            if !tables::has_key_below(&self.tables, key, below) {
                let unknown = || {
                    let near = nearest(below, tables::keys_below(&self.tables, key));
                    (self.unknown_below)(shown(below), key.to_owned(), near, address(self.offer_type))
                };
                item.error(unknown, findings);
            }
        }
    }
}
