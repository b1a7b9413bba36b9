//! Category and industry keys against the tables of the offer type.
//!
//! Both maps are lists of entries like `{"categoryL1": "compute", "categoryL2-compute": ["cache"]}`.

use serde_json::Value;
use signoff_text::FindingText;

use super::nearest::{address, nearest, shown};
use super::node::Node;
use crate::{
    OfferType,
    finding::{Findings, Level},
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
        member.error(FindingText::MissingCategory { field: member.key.clone() }, findings);
    }
    for prefix in ["microsoft-azure-marketplace", &offer_type.prefix] {
        check_industries(offer_type, &offer.member(&format!("{prefix}.{INDUSTRY_SUFFIX}")), findings);
    }
}

/// Looks for categories in the form of 2018. True if there are any.
fn check_flat(offer_type: &OfferType, offer: &Node<'_>, findings: &mut Findings) -> bool {
    let mut filled = false;
    for key in &offer_type.category_keys {
        let Some((prefix, _)) = key.rsplit_once('.') else { continue };
        let flat = offer.member(&format!("{prefix}.{FLAT_CATEGORIES}"));
        let holds_any = match flat.value() {
            Some(Value::Array(items)) => !items.is_empty(),
            Some(_) => !flat.is_blank(),
            None => false,
        };
        if holds_any {
            let (field, right) = (flat.key.clone(), key.clone());
            flat.warning(FindingText::FlatCategories { field, right }, findings);
        }
        filled |= holds_any;
    }
    filled
}

/// Checks the categories that `holder`, an offer or a plan, names. True if it names any.
pub(super) fn check_categories(offer_type: &OfferType, holder: &Node<'_>, findings: &mut Findings) -> bool {
    let names = &offer_type.category_tables;
    let map = KeyMap {
        word: "category",
        tables: names.iter().filter_map(|name| tables::categories(name)).collect(),
        address: address(offer_type),
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
    let mut filled = false;
    for key in &offer_type.category_keys {
        let member = holder.member(key);
        // A type without categories has nothing to compare with, so that its map may hold anything.
        filled |= !names.is_empty() && map.check(&member, findings);
    }
    filled
}

fn check_industries(offer_type: &OfferType, member: &Node<'_>, findings: &mut Findings) {
    let Some(table) = offer_type.industry_table.as_deref().and_then(tables::industries) else {
        if member.list(findings).is_some_and(|entries| !entries.is_empty()) {
            let offer_type = offer_type.id.clone();
            member.error(FindingText::IndustriesNotAllowed { offer_type }, findings);
        }
        return;
    };
    let map = KeyMap {
        word: "industry",
        tables: vec![table],
        address: address(offer_type),
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
    /// What its members begin with, before `L1` and `L2-`.
    word: &'static str,
    tables: Vec<&'static KeyTable>,
    /// Where all keys are.
    address: String,
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
        for entry in &entries {
            self.check_entry(entry, findings);
        }
        !entries.is_empty()
    }

    fn check_entry(&self, entry: &Node<'_>, findings: &mut Findings) {
        let Some(members) = entry.object(findings) else { return };
        let top = entry.member(&format!("{}L1", self.word));
        if top.is_blank() {
            return top.missing(findings);
        }
        let Some(key) = top.text(findings) else { return };
        if !tables::has_key(&self.tables, key) {
            let unknown = || {
                let near = nearest(key, tables::keys(&self.tables));
                (self.unknown)(shown(key), near, self.address.clone())
            };
            return top.add(Level::Error, unknown, findings);
        }
        let prefix = format!("{}L2-", self.word);
        for name in members.keys() {
            match name.strip_prefix(&prefix) {
                Some(above) if above == key => self.check_below(key, &entry.member(name), findings),
                Some(_) => {
                    let right = format!("{prefix}{key}");
                    let below = entry.member(name);
                    below.error(FindingText::MisplacedKeys { field: below.key.clone(), right }, findings);
                }
                None => {}
            }
        }
    }

    fn check_below(&self, key: &str, list: &Node<'_>, findings: &mut Findings) {
        for item in list.list(findings).unwrap_or_default() {
            let Some(below) = item.text(findings) else { continue };
            if !tables::has_key_below(&self.tables, key, below) {
                let unknown = || {
                    let near = nearest(below, tables::keys_below(&self.tables, key));
                    (self.unknown_below)(shown(below), key.to_owned(), near, self.address.clone())
                };
                item.add(Level::Error, unknown, findings);
            }
        }
    }
}
