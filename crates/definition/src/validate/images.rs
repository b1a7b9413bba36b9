//! The machine images of a plan: a map from version to image, in the plan and in its disk generations.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use serde_json::Value;
use signoff_text::{FindingText, JsonKind};

use super::{address, node::Node, plans::DISK_GENERATIONS};
use crate::{OfferType, finding::Findings};

/// The members of a data disk that may hold its address.
const DISK_ADDRESSES: [&str; 2] = ["vhdUrl", "lunVhdUrl"];

/// The addresses of the images that were published, by the id of what holds them, the member, and their version.
#[derive(Debug, Default)]
pub struct Published(HashMap<(String, String, String), HashSet<String>>);

impl Published {
    /// Whether there are no images.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds the images of a definition that was published.
    pub fn add(&mut self, offer_type: &OfferType, definition: &Value) {
        for plan in list(definition, "plans") {
            for holder in std::iter::once(plan).chain(list(plan, DISK_GENERATIONS)) {
                for key in &offer_type.image_keys {
                    self.add_map(holder, key);
                }
            }
        }
    }

    fn add_map(&mut self, holder: &Value, key: &str) {
        let Some(plan) = holder.get("planId").and_then(Value::as_str) else { return };
        for (version, image) in holder.get(key).and_then(Value::as_object).into_iter().flatten() {
            let of_disks =
                list(image, "lunVhdDetails").iter().flat_map(|disk| DISK_ADDRESSES.map(|key| disk.get(key)));
            let addresses = std::iter::once(image.get("osVhdUrl")).chain(of_disks).flatten();
            let place = (plan.to_owned(), key.to_owned(), version.clone());
            self.0.entry(place).or_default().extend(addresses.filter_map(Value::as_str).map(str::to_owned));
        }
    }

    /// The addresses that this version of an image had.
    fn of(&self, holder: &Node<'_>, key: &str, version: &str) -> Option<&HashSet<String>> {
        if self.0.is_empty() {
            return None;
        }
        let plan = holder.value()?.get("planId")?.as_str()?;
        self.0.get(&(plan.to_owned(), key.to_owned(), version.to_owned()))
    }
}

/// The list that `holder` has there; empty if there is none.
fn list<'a>(holder: &'a Value, key: &str) -> &'a [Value] {
    holder.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// What images are checked against.
#[derive(Clone, Copy)]
pub(super) struct Rules<'a> {
    pub(super) now: Timestamp,
    pub(super) published: &'a Published,
}

/// Checks that a plan has an image, and every image it has.
pub(super) fn check(offer_type: &OfferType, plan: &Node<'_>, rules: Rules<'_>, findings: &mut Findings) {
    let mut any = false;
    let mut check_holder = |holder: &Node<'_>, findings: &mut Findings| {
        for key in &offer_type.image_keys {
            any |= check_map(holder, key, rules, findings);
        }
    };
    let generations = plan.member(DISK_GENERATIONS);
    if !generations.is_blank() {
        // What is no list has no items below.
        generations.list(findings);
    }
    check_holder(plan, findings);
    for generation in generations.items() {
        if generation.object(findings).is_some() {
            check_holder(&generation, findings);
        }
    }
    if !any {
        let first = plan.member(&offer_type.image_keys[0]);
        first.error(|| FindingText::MissingImage { field: first.key() }, findings);
    }
}

/// Checks a map of images. True if there is anything in it, right or wrong.
fn check_map(holder: &Node<'_>, key: &str, rules: Rules<'_>, findings: &mut Findings) -> bool {
    let map = holder.member(key);
    if map.is_blank() {
        return false;
    }
    let Some(versions) = map.object(findings) else { return true };
    for (version, image) in map.members() {
        let known = rules.published.of(holder, key, version);
        check_image(&image, rules.now, known, findings);
    }
    !versions.is_empty()
}

/// Checks an image; `known` are the addresses that it was published with.
fn check_image(image: &Node<'_>, now: Timestamp, known: Option<&HashSet<String>>, findings: &mut Findings) {
    if !image.is_blank() && image.object(findings).is_none() {
        return;
    }
    check_address(&image.member("osVhdUrl"), now, known, findings);
    let disks = image.member("lunVhdDetails");
    let mut luns = HashSet::new();
    for disk in disks.list(findings).into_iter().flatten() {
        if disk.object(findings).is_some() {
            check_lun(&disk.member("lun"), &mut luns, findings);
            check_address(&disk.first_filled(DISK_ADDRESSES[0], DISK_ADDRESSES), now, known, findings);
        }
    }
}

fn check_address(node: &Node<'_>, now: Timestamp, known: Option<&HashSet<String>>, findings: &mut Findings) {
    if node.is_blank() {
        return node.missing(findings);
    }
    let text = node.value().and_then(Value::as_str);
    let published = text.zip(known).is_some_and(|(text, known)| known.contains(text));
    address::check_signed(node, now, published, findings);
}

/// A logical unit number is a whole number from 0; clients send it as a number or as its digits.
fn check_lun(node: &Node<'_>, luns: &mut HashSet<u64>, findings: &mut Findings) {
    if node.is_blank() {
        return node.missing(findings);
    }
    let number = match node.value() {
        Some(Value::String(digits)) => digits.trim().parse().ok(),
        other => other.and_then(Value::as_u64),
    };
    match number {
        None => node.wrong_type(JsonKind::Number, findings),
        Some(lun) if !luns.insert(lun) => node.error(|| FindingText::DuplicateLun { lun }, findings),
        Some(_) => {}
    }
}
