//! A citation leads somewhere: headings of the contract, numbers of promises, and links between documents.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::files::Source;

/// The wire contract.
const CONTRACT: &str = "docs/contract.md";
/// The numbered promises and rules of cancel.
const PROMISES: &str = "docs/promises.md";
/// How many promises and rules of cancel there are, and the words that cite them.
const NUMBERED: [(&str, usize); 2] = [("promise", 10), ("cancel rule", 8)];
/// Where documents are, the root among them.
const DOCUMENTS: [&str; 3] = ["", "docs", "docs/proof"];

/// The documents of the repository: path from the root → text.
pub(super) struct Documents(BTreeMap<String, String>);

impl Documents {
    /// Reads every Markdown file of the root, of `docs/` and of `docs/proof/`.
    pub(super) fn read(root: &Path) -> Result<Self, String> {
        let mut documents = BTreeMap::new();
        for folder in DOCUMENTS {
            let unreadable = |error: std::io::Error| format!("{folder} cannot be read: {error}");
            for entry in std::fs::read_dir(root.join(folder)).map_err(unreadable)? {
                let path = entry.map_err(unreadable)?.path();
                if path.extension().is_some_and(|extension| extension == "md") {
                    let text = std::fs::read_to_string(&path).map_err(unreadable)?;
                    let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
                    documents.insert(name, text);
                }
            }
        }
        Ok(Self(documents))
    }

    /// Those of a test.
    #[cfg(test)]
    pub(super) fn of<const N: usize>(documents: [(&str, &str); N]) -> Self {
        Self(documents.map(|(path, text)| (path.to_owned(), text.to_owned())).into())
    }

    /// Path and text of each.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(path, text)| (path.as_str(), text.as_str()))
    }

    fn text(&self, path: &str) -> &str {
        self.0.get(path).map_or("", String::as_str)
    }
}

/// One finding for each citation in a source or a document that leads nowhere, and for each broken link.
pub(super) fn check(documents: &Documents, sources: &[Source], root: &Path) -> Vec<String> {
    let chapters = chapters(documents.text(CONTRACT));
    let texts = sources.iter().map(|source| (&source.path, &source.text)).chain(&documents.0);
    let mut findings = Vec::new();
    for (path, text) in texts.filter(|(path, _)| !path.ends_with("arch/citations.rs")) {
        let text = joined(text);
        for cited in cited_chapters(&text).filter(|cited| !chapters.contains(cited)) {
            findings.push(format!("{path} cites `{cited}` of the contract, which {CONTRACT} does not have"));
        }
        let text = text.to_lowercase();
        for (word, count) in NUMBERED {
            for number in cited_numbers(&text, word).filter(|number| !(1..=count).contains(number)) {
                findings.push(format!("{path} cites {word} {number}; {PROMISES} has {count}"));
            }
        }
    }
    for (path, text) in &documents.0 {
        findings.extend(links(text).filter_map(|link| broken(documents, root, path, link)));
    }
    findings
}

/// What can be cited: headings, and the words in bold that open a paragraph or an entry.
fn chapters(contract: &str) -> BTreeSet<String> {
    let heading = |line: &str| line.strip_prefix("## ").map(str::to_owned);
    let bold = |line: &str| {
        let (word, _) = line.trim_start_matches("- ").strip_prefix("**")?.split_once("**")?;
        Some(word.trim_end_matches('.').to_owned())
    };
    contract.lines().filter_map(|line| heading(line).or_else(|| bold(line))).collect()
}

/// The text without line breaks, comment marks and escapes: a citation may go over two lines or stand in a literal.
fn joined(text: &str) -> String {
    let bare = |line: &str| line.trim().trim_start_matches("//!").trim_start_matches('/').trim().to_owned();
    text.lines().map(bare).collect::<Vec<_>>().join(" ").replace("\\\"", "\"")
}

/// The chapters of `contract, "A"` and `contract, "A" and "B"`.
fn cited_chapters(text: &str) -> impl Iterator<Item = String> {
    text.split("contract, \"").skip(1).flat_map(|after| {
        let mut cited = Vec::new();
        let mut rest = Some(after);
        while let Some((chapter, after)) = rest.and_then(|rest| rest.split_once('"')) {
            cited.push(chapter.to_owned());
            rest = after.strip_prefix(" and \"");
        }
        cited
    })
}

/// The numbers right behind `word` or its plural.
fn cited_numbers(text: &str, word: &str) -> impl Iterator<Item = usize> {
    text.split(word).skip(1).filter_map(|after| {
        let after = after.strip_prefix('s').unwrap_or(after).strip_prefix(' ')?;
        let digits = after.split(|c: char| !c.is_ascii_digit()).next()?;
        digits.parse().ok()
    })
}

/// The targets of Markdown links to files of the repository.
fn links(text: &str) -> impl Iterator<Item = &str> {
    text.split("](")
        .skip(1)
        .filter_map(|after| after.split_once(')'))
        .map(|(target, _)| target)
        .filter(|target| !target.contains("://") && !target.starts_with("mailto:") && !target.contains(' '))
}

/// What is wrong with a link of the document at `from`.
fn broken(documents: &Documents, root: &Path, from: &str, link: &str) -> Option<String> {
    let (file, anchor) = link.split_once('#').map_or((link, None), |(file, anchor)| (file, Some(anchor)));
    let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
    let target = if file.is_empty() { from.to_owned() } else { resolved(folder, file) };
    if !documents.0.contains_key(&target) && !root.join(&target).exists() {
        return Some(format!("{from} links to {link}, and there is no {target}"));
    }
    let anchors = |text: &str| text.lines().filter(|line| line.starts_with('#')).map(anchor_of).collect();
    let known: Vec<String> = anchors(documents.text(&target));
    let document = documents.0.contains_key(&target);
    let missing = anchor.filter(|anchor| document && !known.iter().any(|it| it == anchor))?;
    Some(format!("{from} links to {link}, and {target} has no heading `{missing}`"))
}

/// `file`, seen from `folder`, from the root on.
fn resolved(folder: &str, file: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in file.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// The anchor that a heading gets: lower case, blanks as hyphens, punctuation left out.
fn anchor_of(heading: &str) -> String {
    let words = heading.trim_start_matches('#').trim().to_lowercase();
    words
        .chars()
        .filter_map(|c| match c {
            ' ' => Some('-'),
            c if c.is_alphanumeric() || c == '-' || c == '_' => Some(c),
            _ => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(source: &str, more: &[(&str, &str)]) -> Vec<String> {
        let contract = "# C\n## Every request\n**Location.** There.\n- **Step**: that.\n";
        let documents = [(CONTRACT, contract), (PROMISES, "## The ten promises\n")];
        let documents = documents.iter().chain(more).map(|(path, text)| ((*path).into(), (*text).into()));
        let sources = [Source { path: "crates/a/src/lib.rs".to_owned(), text: source.to_owned() }];
        check(&Documents(documents.collect()), &sources, crate::shell::root())
    }

    #[test]
    fn a_citation_leads_to_a_chapter_or_a_number() {
        for good in [
            "/// Right (contract, \"Every request\" and \"Step\").",
            "//! Right (contract, \"Every\n//! request\").",
            "/// See (contract, \"Location\"), promise 10 and cancel rules 5 to 7.",
            "/// A promise of 12 people is no citation.",
        ] {
            assert_eq!(findings(good, &[]), [""; 0], "{good}");
        }
        for (bad, part) in [
            ("/// (contract, \"Everything\")", "`Everything`"),
            ("/// (contract, \"Every request\" and \"Nothing\")", "`Nothing`"),
            ("\"(contract, \\\"Every thing\\\")\"", "`Every thing`"),
            ("// Promise 1, promise 11.", "promise 11"),
            ("// cancel rule 9", "cancel rule 9"),
            ("// cancel rule 0", "cancel rule 0"),
        ] {
            let found = findings(bad, &[]);
            assert!(found.len() == 1 && found[0].contains(part), "{bad}: {found:?}");
        }
    }

    #[test]
    fn links_between_documents_lead_to_headings() {
        let good =
            "[a](contract.md#every-request) [b](../README.md) [c](https://a.example/b) [d](#me)\n# Me\n";
        assert_eq!(findings("", &[("docs/a.md", good)]), [""; 0]);
        for bad in ["[a](contract.md#nothing)", "[b](nothing.md)", "[d](#me)"] {
            assert_eq!(findings("", &[("docs/a.md", bad)]).len(), 1, "{bad}");
        }
    }
}
