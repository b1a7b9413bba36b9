//! The machine images of a plan: a map from version to image, in the plan and in its disk generations.

use std::collections::HashSet;

use jiff::Timestamp;
use serde_json::Value;
use signoff_text::{FindingText, JsonKind};

use super::{address, node::Node, plans::DISK_GENERATIONS};
use crate::catalogue::{OfferType, finding::Findings};

/// The members of a data disk that may hold its address.
const DISK_ADDRESSES: [&str; 2] = ["vhdUrl", "lunVhdUrl"];

/// Checks that a plan has an image, and every image it has.
pub(super) fn check(offer_type: &OfferType, plan: &Node<'_>, now: Timestamp, findings: &mut Findings) {
    let generations = plan.member(DISK_GENERATIONS);
    let mut holders = vec![plan.clone()];
    if !generations.is_blank() {
        holders.extend(generations.list(findings).unwrap_or_default());
    }
    let mut any = false;
    for (position, holder) in holders.iter().enumerate() {
        if position > 0 && holder.object(findings).is_none() {
            continue;
        }
        for key in &offer_type.image_keys {
            any |= check_map(&holder.member(key), now, findings);
        }
    }
    if !any {
        let first = plan.member(&offer_type.image_keys[0]);
        findings.error(&first.path, FindingText::MissingImage { field: first.key });
    }
}

/// Checks a map of images. True if there is anything in it, right or wrong.
fn check_map(map: &Node<'_>, now: Timestamp, findings: &mut Findings) -> bool {
    if map.is_blank() {
        return false;
    }
    let Some(versions) = map.object(findings) else { return true };
    for version in versions.keys() {
        check_image(&map.member(version), now, findings);
    }
    !versions.is_empty()
}

fn check_image(image: &Node<'_>, now: Timestamp, findings: &mut Findings) {
    if !image.is_blank() && image.object(findings).is_none() {
        return;
    }
    check_address(&image.member("osVhdUrl"), now, findings);
    let disks = image.member("lunVhdDetails");
    let mut luns = HashSet::new();
    for disk in disks.list(findings).unwrap_or_default() {
        if disk.object(findings).is_some() {
            check_lun(&disk.member("lun"), &mut luns, findings);
            check_address(&disk.first_filled(DISK_ADDRESSES[0], DISK_ADDRESSES), now, findings);
        }
    }
}

fn check_address(node: &Node<'_>, now: Timestamp, findings: &mut Findings) {
    if node.is_blank() {
        node.missing(findings);
    } else {
        address::check_signed(node, now, findings);
    }
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
        Some(lun) if !luns.insert(lun) => findings.error(&node.path, FindingText::DuplicateLun { lun }),
        Some(_) => {}
    }
}
