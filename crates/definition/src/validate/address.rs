//! Addresses of what an offer points to, and the signatures in them. No finding repeats an address: its
//! signature is a secret.

use std::borrow::Cow;

use jiff::{SignedDuration, Timestamp, civil, tz::TimeZone};
use signoff_text::FindingText;
use url::{Url, form_urlencoded};

use super::node::{Node, shown_value};
use crate::finding::{Findings, Level};

/// The parameters by which a shared access signature (SAS) is recognised.
const SAS_PARAMETERS: [&str; 6] = ["sig", "sv", "sr", "st", "se", "sp"];
/// A signature may begin so much later than now: clocks differ.
const LATEST_START: SignedDuration = SignedDuration::from_hours(1);
/// A signature should last so much longer: a publish takes days.
const SHORTEST_LIFE: SignedDuration = SignedDuration::from_hours(24);

/// The address at `node`, which must be text and an absolute http or https address.
pub(super) fn check(node: &Node<'_>, findings: &mut Findings) -> Option<Url> {
    let text = node.text(findings)?;
    let url = Url::parse(text.trim()).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    if url.is_none() {
        node.error(|| FindingText::InvalidUrl { field: node.key() }, findings);
    }
    url
}

/// Like [`check`], and if the address carries a SAS, that must permit reading now and until later. With `published`
/// the address is that of an image which was published already: then nothing about its signature is an error.
pub(super) fn check_signed(node: &Node<'_>, now: Timestamp, published: bool, findings: &mut Findings) {
    let Some(url) = check(node, findings) else { return };
    let Some(sas) = Sas::of(&url) else { return };
    let wrong = if published { Level::Warning } else { Level::Error };
    if sas.has_name_behind {
        node.warning(|| FindingText::SasNameBehind, findings);
    }
    match sas.permissions.as_deref() {
        None => node.warning(|| FindingText::SasIncomplete { parameter: "sp".to_owned() }, findings),
        Some(permissions) if !permissions.contains('r') => {
            node.add(wrong, || FindingText::SasLacksRead, findings);
        }
        Some(permissions) if !permissions.contains('l') => {
            node.warning(|| FindingText::SasLacksList, findings);
        }
        Some(_) => {}
    }
    if let Some(start) = &sas.start {
        match read_time(start) {
            None => {
                node.add(wrong, || FindingText::SasStartUnreadable { value: shown_value(start) }, findings);
            }
            Some(start) if start.duration_since(now) > LATEST_START => {
                node.add(wrong, || FindingText::SasNotYetValid { starts: start.to_string() }, findings);
                findings.holds_until(start - LATEST_START);
            }
            Some(_) => {}
        }
    }
    check_expiry(node, sas.expiry.as_deref(), now, wrong, findings);
}

fn check_expiry(
    node: &Node<'_>,
    expiry: Option<&str>,
    now: Timestamp,
    wrong: Level,
    findings: &mut Findings,
) {
    let Some(expiry) = expiry else {
        return node.warning(|| FindingText::SasIncomplete { parameter: "se".to_owned() }, findings);
    };
    match read_time(expiry) {
        None => node.add(wrong, || FindingText::SasExpiryUnreadable { value: shown_value(expiry) }, findings),
        Some(expiry) if expiry <= now => {
            node.add(wrong, || FindingText::SasExpired { expired: expiry.to_string() }, findings);
        }
        Some(expiry) if expiry.duration_since(now) < SHORTEST_LIFE => {
            node.warning(|| FindingText::SasExpiresSoon { expires: expiry.to_string() }, findings);
            findings.holds_until(expiry);
        }
        // A moment later less than a day is left.
        Some(expiry) => findings.holds_until(expiry - SHORTEST_LIFE + SignedDuration::from_micros(1)),
    }
}

/// What a shared access signature says. A parameter that is empty counts as absent.
struct Sas<'a> {
    permissions: Option<Cow<'a, str>>,
    start: Option<Cow<'a, str>>,
    expiry: Option<Cow<'a, str>>,
    has_name_behind: bool,
}

impl<'a> Sas<'a> {
    /// `None`: the address has no signature.
    fn of(url: &'a Url) -> Option<Self> {
        // The name of a file that was added behind the query instead of before it; signatures hold no dot.
        let (query, name) = match url.query()?.rsplit_once('/') {
            Some((query, name)) if name.contains('.') && !name.contains(['=', '&']) => (query, Some(name)),
            _ => (url.query()?, None),
        };
        let mut sas = Self { permissions: None, start: None, expiry: None, has_name_behind: name.is_some() };
        let mut signed = false;
        for (key, value) in form_urlencoded::parse(query.as_bytes()) {
            signed |= SAS_PARAMETERS.contains(&key.as_ref());
            let place = match key.as_ref() {
                "sp" => &mut sas.permissions,
                "st" => &mut sas.start,
                "se" => &mut sas.expiry,
                _ => continue,
            };
            if place.is_none() && !value.is_empty() {
                *place = Some(value);
            }
        }
        signed.then_some(sas)
    }
}

/// Reads the forms of ISO 8601 that a SAS may use: a date, or a date and a time with or without seconds.
fn read_time(text: &str) -> Option<Timestamp> {
    text.parse().ok().or_else(|| {
        let midnight = text.parse::<civil::Date>().ok()?.at(0, 0, 0, 0);
        Some(midnight.to_zoned(TimeZone::UTC).ok()?.timestamp())
    })
}

#[cfg(test)]
mod tests {
    use super::read_time;

    #[test]
    fn an_expiry_may_lack_seconds_or_the_whole_time() {
        for text in ["2026-01-02", "2026-01-02T00:00Z", "2026-01-02T00:00:00Z", "2026-01-02T00:00:00.000Z"] {
            let read = read_time(text).map(|time| time.to_string());
            assert_eq!(read.as_deref(), Some("2026-01-02T00:00:00Z"), "{text}");
        }
        for text in ["", "soon", "2026-13-01", "01/02/2026"] {
            assert!(read_time(text).is_none(), "{text}");
        }
    }
}
