//! The keys that offers may use: categories, industries, core sizes, regions (reference pages `creating-offer`
//! and `setting-price`).

use std::{collections::BTreeMap, sync::LazyLock};

use serde::Deserialize;

/// Keys of two levels, such as the categories of virtual machines.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyTable {
    /// The keys of the first level.
    pub keys: Vec<TopKey>,
}

/// A key of the first level with those below it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TopKey {
    /// The key, to be used letter by letter.
    pub key: String,
    /// What the key means, in English.
    pub name: String,
    /// The keys of the second level.
    pub below: Vec<String>,
}

impl KeyTable {
    fn find<'a>(&'a self, key: &'a str) -> impl Iterator<Item = &'a TopKey> {
        self.keys.iter().filter(move |top| top.key == key)
    }
}

/// Whether one of `tables` has `key` on its first level.
pub(super) fn has_key(tables: &[&KeyTable], key: &str) -> bool {
    tables.iter().any(|table| table.find(key).next().is_some())
}

/// Whether one of `tables` has `below` under `key`.
pub(super) fn has_key_below(tables: &[&KeyTable], key: &str, below: &str) -> bool {
    tables.iter().flat_map(|table| table.find(key)).any(|top| top.below.iter().any(|known| known == below))
}

/// The keys of the first level of all `tables`.
pub(super) fn keys<'a>(tables: &'a [&KeyTable]) -> impl Iterator<Item = &'a str> {
    tables.iter().flat_map(|table| &table.keys).map(|top| top.key.as_str())
}

/// The keys below `key` in all `tables`.
pub(super) fn keys_below<'a>(tables: &'a [&KeyTable], key: &'a str) -> impl Iterator<Item = &'a str> {
    tables.iter().flat_map(move |table| table.find(key)).flat_map(|top| &top.below).map(String::as_str)
}

/// The category table of this file name.
pub fn categories(name: &str) -> Option<&'static KeyTable> {
    CATEGORIES.get(name)
}

/// The industry table of this file name.
pub fn industries(name: &str) -> Option<&'static KeyTable> {
    INDUSTRIES.get(name)
}

/// The core sizes that a plan may price one by one, such as `sharedcore` and `16core`.
pub fn core_sizes() -> &'static [String] {
    &CORE_SIZES.sizes
}

/// The currency of a region, such as `EUR` for `NL`; `None` where plans cannot be priced.
pub fn currency_of_region(region: &str) -> Option<&'static str> {
    REGIONS.regions.get(region).map(String::as_str)
}

/// Every region with its currency, by region code.
pub fn regions() -> impl Iterator<Item = (&'static str, &'static str)> {
    REGIONS.regions.iter().map(|(region, currency)| (region.as_str(), currency.as_str()))
}

/// Whether plans are priced in this currency somewhere.
pub(super) fn is_currency(code: &str) -> bool {
    REGIONS.regions.values().any(|currency| currency == code)
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CoreSizes {
    sizes: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Regions {
    regions: BTreeMap<String, String>,
}

type Tables = BTreeMap<&'static str, KeyTable>;

macro_rules! tables {
    ($folder:literal: $($name:literal),+ $(,)?) => {
        LazyLock::new(|| {
            Tables::from([
                $(($name, built_in(include_str!(concat!("../data/", $folder, "/", $name, ".toml"))))),+
            ])
        })
    };
}

static CATEGORIES: LazyLock<Tables> = tables!("categories":
    "azure-marketplace-vm",
    "azure-marketplace-azure-apps",
    "azure-marketplace-saas",
    "appsource-saas",
    "appsource-dynamics",
    "appsource-power-bi",
);
static INDUSTRIES: LazyLock<Tables> = tables!("industries": "appsource", "appsource-power-bi");
static CORE_SIZES: LazyLock<CoreSizes> =
    LazyLock::new(|| built_in(include_str!("../data/pricing/core-sizes.toml")));
static REGIONS: LazyLock<Regions> = LazyLock::new(|| built_in(include_str!("../data/pricing/regions.toml")));

fn built_in<T: serde::de::DeserializeOwned>(text: &str) -> T {
    toml::from_str(text).expect("the data files are part of the program, and the tests read all of them")
}
