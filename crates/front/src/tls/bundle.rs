//! One file with everything a client should trust.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustls_native_certs::{CertificateResult, load_certs_from_paths, load_native_certs};
use rustls_pki_types::CertificateDer;

/// The certificates that this machine trusts and `ca_pem`, as PEM sections, each certificate once, ours last.
///
/// What the machine trusts: the files and folders that `SSL_CERT_FILE` and `SSL_CERT_DIR` name where they are
/// set, else the system's own store; and the certificates in `preset`, the files or folders that other
/// variables named before they are pointed at the bundle (a company's authority, say). What cannot be read
/// is left out with a warning: a tool that needs it will say so itself.
pub fn bundle(ca_pem: &str, preset: &[PathBuf]) -> String {
    let mut text = String::new();
    let mut seen = HashSet::new();
    let others = preset.iter().map(|path| load(path));
    for loaded in std::iter::once(load_native_certs()).chain(others) {
        for error in &loaded.errors {
            tracing::warn!(%error, "a trusted certificate could not be read and is left out of the bundle");
        }
        for certificate in loaded.certs {
            let section = pem(&certificate);
            if seen.insert(certificate) {
                text.push_str(&section);
            }
        }
    }
    text.push_str(ca_pem);
    text
}

fn load(path: &Path) -> CertificateResult {
    if path.is_dir() {
        load_certs_from_paths(None, Some(path))
    } else {
        load_certs_from_paths(Some(path), None)
    }
}

/// One certificate as a PEM section of 64 characters a line, with the final line break.
pub(crate) fn pem(certificate: &CertificateDer<'_>) -> String {
    let encoded = STANDARD.encode(certificate);
    let mut text = String::from("-----BEGIN CERTIFICATE-----\n");
    let mut rest = encoded.as_str();
    while !rest.is_empty() {
        let (line, remaining) = rest.split_at(rest.len().min(64));
        text.push_str(line);
        text.push('\n');
        rest = remaining;
    }
    text.push_str("-----END CERTIFICATE-----\n");
    text
}

#[cfg(test)]
mod tests {
    use rustls_pki_types::pem::PemObject as _;

    use super::*;
    use crate::tls::Authority;

    const NOW: i64 = 1_790_000_000;

    fn sections(text: &str) -> Vec<CertificateDer<'static>> {
        CertificateDer::pem_slice_iter(text.as_bytes()).collect::<Result<_, _>>().unwrap()
    }

    #[test]
    fn preset_files_and_ours_are_each_there_once() {
        let dir = tempfile::tempdir().unwrap();
        let (ours, company) = (Authority::create(NOW).unwrap(), Authority::create(NOW).unwrap());
        let file = dir.path().join("company.pem");
        std::fs::write(&file, format!("a remark\n{}", company.ca_pem())).unwrap();

        let text = bundle(ours.ca_pem(), &[file.clone(), file]);

        let all = sections(&text);
        let company = &sections(company.ca_pem())[0];
        assert_eq!(all.iter().filter(|one| *one == company).count(), 1);
        assert_eq!(all.last(), sections(ours.ca_pem()).first());
        assert!(!text.contains("a remark"));
        let distinct: HashSet<_> = all.iter().collect();
        assert_eq!(distinct.len(), all.len());
    }

    #[test]
    fn an_unreadable_preset_is_left_out() {
        let ours = Authority::create(NOW).unwrap();
        let without = bundle(ours.ca_pem(), &[]);
        assert_eq!(bundle(ours.ca_pem(), &["/nonexistent/roots.pem".into()]), without);
        assert!(without.ends_with(ours.ca_pem()));
    }

    #[test]
    fn pem_round_trips() {
        let ours = Authority::create(NOW).unwrap();
        let certificate = &sections(ours.ca_pem())[0];
        let text = pem(certificate);
        assert!(text.lines().all(|line| line.len() <= 64));
        assert_eq!(&sections(&text)[0], certificate);
    }
}
