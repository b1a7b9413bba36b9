//! The prices of a virtual machine plan (contract, "Pricing, categories, artifacts"; page `setting-price`). Prices stay the
//! decimal text that the client sent; no check goes through a binary fraction.

use serde_json::Value;
use signoff_text::{FindingText, JsonKind};

use super::nearest::{address as all_keys, nearest, shown};
use super::{
    address,
    node::{Node, shown_value},
};
use crate::{OfferType, finding::Findings, tables};

/// The members that hold a plan's pricing; either will do.
const PRICING: [&str; 2] = ["virtualMachinePricing", "virtualMachinePricingV2"];

/// Checks the prices of a plan and the regions in which it is sold.
pub(super) fn check(offer_type: &OfferType, plan: &Node<'_>, findings: &mut Findings) {
    let mut priced = false;
    for key in PRICING {
        priced |= check_pricing(offer_type, &plan.member(key), findings);
    }
    if !priced {
        let pricing = plan.first_filled(PRICING[0], PRICING);
        pricing.error(|| FindingText::MissingPrice { field: pricing.key() }, findings);
    }
    check_regions(offer_type, &plan.member("regions"), findings);
}

/// Checks one pricing member. True if it says what the plan costs, be it right or wrong.
fn check_pricing(offer_type: &OfferType, pricing: &Node<'_>, findings: &mut Findings) -> bool {
    if pricing.is_blank() {
        return false;
    }
    if pricing.object(findings).is_none() {
        return true;
    }
    let own_license = pricing.member("isByol");
    let is_own_license = own_license.boolean(findings);
    let flag_is_wrong = own_license.value().is_some() && is_own_license.is_none();
    let cores = check_cores(offer_type, &pricing.member("coreMultiplier"), findings);
    let spreadsheet = check_spreadsheet(pricing, findings);
    let regions = pricing.member("regionPrices");
    let per_region = regions.object(findings).is_some_and(|prices| !prices.is_empty());
    is_own_license == Some(true) || flag_is_wrong || cores || spreadsheet || per_region
}

/// Checks a price per core or the prices per core size. True if there is one of them.
fn check_cores(offer_type: &OfferType, cores: &Node<'_>, findings: &mut Findings) -> bool {
    if cores.is_blank() {
        return false;
    }
    if cores.object(findings).is_none() {
        return true;
    }
    let currency = cores.member("currency");
    if let Some(code) = currency.text(findings).filter(|code| !tables::is_currency(code)) {
        let unknown =
            || FindingText::UnknownCurrency { currency: shown(code), address: all_keys(offer_type) };
        currency.error(unknown, findings);
    }
    let single = cores.member("single");
    if !single.is_blank() {
        check_price(&single, findings);
    }
    let each = cores.member("individually");
    let sizes = each.object(findings);
    for (size, price) in each.members() {
        if !tables::core_sizes().iter().any(|known| known == size) {
            let unknown = || FindingText::UnknownCoreSize {
                size: shown(size),
                near: nearest(size, tables::core_sizes().iter().map(String::as_str)),
                address: all_keys(offer_type),
            };
            price.error(unknown, findings);
        } else if price.is_blank() {
            price.missing(findings);
        } else {
            check_price(&price, findings);
        }
    }
    let each_is_wrong = !each.is_blank() && sizes.is_none();
    let spreadsheet = check_optional_address(&cores.member("spreadsheetUri"), findings);
    !single.is_blank() || sizes.is_some_and(|sizes| !sizes.is_empty()) || each_is_wrong || spreadsheet
}

/// Checks the address of a price spreadsheet. True if there is one.
fn check_spreadsheet(pricing: &Node<'_>, findings: &mut Findings) -> bool {
    let holder = pricing.member("spreadSheetPricing");
    if !holder.is_blank() && holder.object(findings).is_none() {
        return true;
    }
    let inside = check_optional_address(&holder.member("uri"), findings);
    check_optional_address(&pricing.member("spreadsheetUri"), findings) || inside
}

fn check_optional_address(node: &Node<'_>, findings: &mut Findings) -> bool {
    if !node.is_blank() {
        address::check(node, findings);
    }
    !node.is_blank()
}

fn check_price(node: &Node<'_>, findings: &mut Findings) {
    let price = match node.value() {
        Some(Value::Number(number)) => number.to_string(),
        Some(Value::String(text)) => text.trim().to_owned(),
        _ => return node.wrong_type(JsonKind::Number, findings),
    };
    match read_decimal(&price) {
        None => node.error(|| FindingText::InvalidPrice { price: shown_value(&price) }, findings),
        Some(Sign::Negative) => {
            node.error(|| FindingText::NegativePrice { price: shown_value(&price) }, findings);
        }
        Some(Sign::ZeroOrPositive) => {}
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sign {
    ZeroOrPositive,
    Negative,
}

/// Reads `12`, `-0.5` or `1.25e2`, digit by digit; `None` if the text is no decimal number.
fn read_decimal(text: &str) -> Option<Sign> {
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let unsigned = mantissa.strip_prefix('-').unwrap_or(mantissa);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(fraction) || !digits(exponent.strip_prefix(['+', '-']).unwrap_or(exponent)) {
        return None;
    }
    let is_zero = unsigned.bytes().all(|byte| matches!(byte, b'0' | b'.'));
    Some(if mantissa.starts_with('-') && !is_zero { Sign::Negative } else { Sign::ZeroOrPositive })
}

/// A region that looks like one but is not in the table is sold to without a price of its own: the reference's
/// sample offer sells to one.
fn check_regions(offer_type: &OfferType, regions: &Node<'_>, findings: &mut Findings) {
    if regions.is_blank() {
        return;
    }
    for item in regions.list(findings).into_iter().flatten() {
        let Some(region) = item.text(findings) else { continue };
        if tables::currency_of_region(region).is_some() {
            continue;
        }
        if region.len() == 2 && region.bytes().all(|byte| byte.is_ascii_uppercase()) {
            item.warning(|| FindingText::RegionUnpriced { region: region.to_owned() }, findings);
        } else {
            let invalid = || FindingText::InvalidRegion {
                region: shown(region),
                near: nearest(region, tables::regions().map(|(region, _)| region)),
                address: all_keys(offer_type),
            };
            item.error(invalid, findings);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Sign, read_decimal};

    #[test]
    fn decimals_are_read_exactly() {
        for text in
            ["0", "1.0", "00.10", "-0", "-0.00", "1e3", "1.5E-7", "0.1000000000000000055511151231257827"]
        {
            assert_eq!(read_decimal(text), Some(Sign::ZeroOrPositive), "{text}");
        }
        for text in ["-1", "-0.0000000000000000000000000000000000001", "-1e-400"] {
            assert_eq!(read_decimal(text), Some(Sign::Negative), "{text}");
        }
        for text in ["", "-", ".5", "5.", "1,5", "1e", "0x1", "NaN", "Infinity", "1.2.3", "+1", "١"] {
            assert_eq!(read_decimal(text), None, "{text}");
        }
    }
}
