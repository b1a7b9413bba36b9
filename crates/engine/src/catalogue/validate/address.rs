//! Addresses of what an offer points to, and the signatures in them. No finding repeats an address: its
//! signature is a secret.

use jiff::{Timestamp, civil, tz::TimeZone};
use signoff_text::FindingText;
use url::Url;

use super::node::Node;
use crate::catalogue::finding::Findings;

/// The parameters by which a shared access signature (SAS) is recognised.
const SAS_PARAMETERS: [&str; 6] = ["sig", "sv", "sr", "st", "se", "sp"];

/// The address at `node`, which must be text and an absolute http or https address.
pub(super) fn check(node: &Node<'_>, findings: &mut Findings) -> Option<Url> {
    let text = node.text(findings)?;
    let url = Url::parse(text.trim()).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    if url.is_none() {
        findings.error(&node.path, FindingText::InvalidUrl { field: node.key.clone() });
    }
    url
}

/// Like [`check`], and if the address carries a SAS, that must permit something until later than `now`.
pub(super) fn check_signed(node: &Node<'_>, now: Timestamp, findings: &mut Findings) {
    let Some(url) = check(node, findings) else { return };
    let parameter = |name: &str| {
        url.query_pairs().find_map(|(key, value)| (key == name && !value.is_empty()).then_some(value))
    };
    if !url.query_pairs().any(|(key, _)| SAS_PARAMETERS.contains(&key.as_ref())) {
        return;
    }
    if parameter("sp").is_none() {
        findings.warning(&node.path, FindingText::SasIncomplete { parameter: "sp".to_owned() });
    }
    let Some(expiry) = parameter("se") else {
        findings.warning(&node.path, FindingText::SasIncomplete { parameter: "se".to_owned() });
        return;
    };
    match read_time(&expiry) {
        None => findings.error(&node.path, FindingText::SasExpiryUnreadable { value: expiry.into_owned() }),
        Some(expiry) if expiry <= now => {
            findings.error(&node.path, FindingText::SasExpired { expired: expiry.to_string() });
        }
        Some(expiry) => findings.holds_until(expiry),
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
