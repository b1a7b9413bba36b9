use crate::{
    OfferTypes,
    tables::{categories, core_sizes, currency_of_region, industries, regions},
};

#[test]
fn every_table_that_a_type_names_is_there() {
    for offer_type in OfferTypes::load().all() {
        for name in &offer_type.category_tables {
            assert!(categories(name).is_some(), "{}: {name}", offer_type.id);
        }
        if let Some(name) = &offer_type.industry_table {
            assert!(industries(name).is_some(), "{}: {name}", offer_type.id);
        }
        assert!(!offer_type.category_keys.is_empty(), "{}", offer_type.id);
    }
}

#[test]
fn keys_are_unique_and_have_keys_below_them() {
    let tables = [
        ("azure-marketplace-vm", categories("azure-marketplace-vm"), 20),
        ("azure-marketplace-azure-apps", categories("azure-marketplace-azure-apps"), 20),
        ("azure-marketplace-saas", categories("azure-marketplace-saas"), 20),
        ("appsource-saas", categories("appsource-saas"), 14),
        ("appsource-dynamics", categories("appsource-dynamics"), 14),
        ("appsource-power-bi", categories("appsource-power-bi"), 14),
        ("appsource", industries("appsource"), 15),
        ("appsource-power-bi", industries("appsource-power-bi"), 15),
    ];
    for (name, table, count) in tables {
        let keys = &table.unwrap().keys;
        assert_eq!(keys.len(), count, "{name}");
        for (position, top) in keys.iter().enumerate() {
            assert!(keys[..position].iter().all(|earlier| earlier.key != top.key), "{name}: {}", top.key);
            assert!(!top.name.is_empty() && !top.below.is_empty(), "{name}: {}", top.key);
            for (position, below) in top.below.iter().enumerate() {
                assert!(!top.below[..position].contains(below), "{name}: {below}");
                assert!(
                    below.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)),
                    "{below}"
                );
            }
        }
    }
}

#[test]
fn core_sizes_are_those_of_the_contract() {
    let sizes = "shared 1 2 4 6 8 10 12 16 20 24 32 36 40 44 48 60 64 72 80 96 120 128 208 416";
    let expected: Vec<String> = sizes.split(' ').map(|size| format!("{size}core")).collect();
    assert_eq!(core_sizes(), expected);
}

#[test]
fn regions_have_currencies() {
    for (region, currency) in regions() {
        assert!(region.len() == 2 && region.bytes().all(|byte| byte.is_ascii_uppercase()), "{region}");
        assert!(currency.len() == 3 && currency.bytes().all(|byte| byte.is_ascii_uppercase()), "{currency}");
    }
    assert_eq!(regions().count(), 88);
    assert_eq!(currency_of_region("NL"), Some("EUR"));
    assert_eq!(currency_of_region("LI"), Some("CHF"));
    assert_eq!(currency_of_region("AZ"), None);
}
