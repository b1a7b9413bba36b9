//! A note, a refusal or a message that no code makes is words for nobody: it stands in six languages and is never read.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{TokenStream, TokenTree};
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::visit::{self, Visit};

use super::exempt::is_test_file;
use super::files::Source;
use super::rules::{MADE, MADE_BY_NONE_OF};

/// One finding for each variant that no code outside of tests makes.
pub(super) fn check(sources: &[Source]) -> Vec<String> {
    check_of(MADE, sources)
}

fn check_of(enums: &[(&str, &str)], sources: &[Source]) -> Vec<String> {
    let mut findings = Vec::new();
    let mut made: BTreeMap<&str, BTreeSet<String>> =
        enums.iter().map(|(name, _)| (*name, BTreeSet::new())).collect();
    for source in sources.iter().filter(|source| may_make(source, enums)) {
        match syn::parse_file(&source.text) {
            Ok(file) => Making { made: &mut made, of: None }.visit_file(&file),
            Err(error) => findings.push(format!("{} cannot be read: {error}", source.path)),
        }
    }
    for (name, path) in enums {
        let text = sources.iter().find(|source| source.path == *path).map(|source| source.text.as_str());
        let tokens = text.and_then(|text| text.parse().ok());
        let Some(variants) = tokens.and_then(|tokens| variants(tokens, name)) else {
            findings.push(format!("{path} has no enum {name}: put its row in MADE right"));
            continue;
        };
        let unmade = variants.iter().filter(|variant| !made[name].contains(*variant));
        findings.extend(unmade.map(|variant| {
            format!("{path}: no code makes {name}::{variant}: take it out, with its sentences")
        }));
    }
    findings
}

fn may_make(source: &Source, enums: &[(&str, &str)]) -> bool {
    let Source { path, text } = source;
    let is_rust = std::path::Path::new(path).extension().is_some_and(|ending| ending == "rs");
    is_rust
        && !is_test_file(path)
        && !MADE_BY_NONE_OF.iter().any(|place| path.starts_with(place))
        && enums
            .iter()
            .any(|(name, _)| text.contains(&format!("{name}::")) || text.contains(&format!("impl {name} {{")))
}

/// The variants of the enum called `name`, wherever it stands, be it in a macro: the first name of each of its parts.
fn variants(tokens: TokenStream, name: &str) -> Option<Vec<String>> {
    let trees: Vec<TokenTree> = tokens.into_iter().collect();
    for (index, tree) in trees.iter().enumerate() {
        let TokenTree::Group(group) = tree else { continue };
        if let [.., TokenTree::Ident(keyword), TokenTree::Ident(found)] = &trees[..index]
            && keyword == "enum"
            && found == name
        {
            return Some(first_names(group.stream()));
        }
        if let Some(found) = variants(group.stream(), name) {
            return Some(found);
        }
    }
    None
}

fn first_names(parts: TokenStream) -> Vec<String> {
    let mut names = Vec::new();
    let mut begins = true;
    for tree in parts {
        match tree {
            TokenTree::Ident(name) if begins => {
                names.push(name.to_string());
                begins = false;
            }
            TokenTree::Punct(comma) if comma.as_char() == ',' => begins = true,
            _ => {}
        }
    }
    names
}

/// Collects what expressions name, and leaves out patterns and tests.
struct Making<'a, 'b> {
    made: &'a mut BTreeMap<&'b str, BTreeSet<String>>,
    /// What `Self` is.
    of: Option<String>,
}

impl Making<'_, '_> {
    fn takes(&mut self, path: &syn::Path) {
        let names: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        let [.., of, variant] = names.as_slice() else { return };
        let of = if of == "Self" { self.of.as_ref().unwrap_or(of) } else { of };
        if let Some(made) = self.made.get_mut(of.as_str()) {
            made.insert(variant.clone());
        }
    }
}

impl<'ast> Visit<'ast> for Making<'_, '_> {
    fn visit_item(&mut self, item: &'ast syn::Item) {
        if !attributes(item).iter().any(is_for_tests) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_impl(&mut self, item: &'ast syn::ItemImpl) {
        let before = self.of.take();
        if let syn::Type::Path(of) = &*item.self_ty {
            self.of = of.path.segments.last().map(|segment| segment.ident.to_string());
        }
        visit::visit_item_impl(self, item);
        self.of = before;
    }

    fn visit_expr_path(&mut self, expression: &'ast syn::ExprPath) {
        self.takes(&expression.path);
    }

    fn visit_expr_struct(&mut self, expression: &'ast syn::ExprStruct) {
        self.takes(&expression.path);
        visit::visit_expr_struct(self, expression);
    }

    /// Constants and paths stand as expressions in patterns, too.
    fn visit_pat(&mut self, _pattern: &'ast syn::Pat) {}

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        // The second argument of this one is a pattern.
        if call.path.is_ident("matches") {
            return;
        }
        let arguments = Punctuated::<syn::Expr, syn::Token![,]>::parse_terminated;
        if let Ok(arguments) = arguments.parse2(call.tokens.clone()) {
            for argument in &arguments {
                Making { made: self.made, of: self.of.clone() }.visit_expr(argument);
            }
        }
    }
}

fn attributes(item: &syn::Item) -> &[syn::Attribute] {
    match item {
        syn::Item::Fn(item) => &item.attrs,
        syn::Item::Impl(item) => &item.attrs,
        syn::Item::Mod(item) => &item.attrs,
        _ => &[],
    }
}

/// `#[cfg(test)]`.
fn is_for_tests(attribute: &syn::Attribute) -> bool {
    let syn::Meta::List(list) = &attribute.meta else { return false };
    list.path.is_ident("cfg")
        && list
            .tokens
            .clone()
            .into_iter()
            .any(|tree| matches!(tree, TokenTree::Ident(name) if name == "test"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENUMS: &[(&str, &str)] = &[("Note", "crates/a/src/note.rs")];

    /// The findings about a crate with this enum and this code.
    fn findings(of: &str, code: &str) -> Vec<String> {
        let source = |path: &str, text: &str| Source { path: path.to_owned(), text: text.to_owned() };
        check_of(ENUMS, &[source("crates/a/src/note.rs", of), source("crates/a/src/lib.rs", code)])
    }

    const NOTES: &str =
        "/// Notes.\npub enum Note {\n    /// One, two.\n    Begun,\n    Said { text: String },\n}\n";
    const BEGUN: &str = "fn a() -> Note { Note::Begun }\n";

    #[test]
    fn what_code_makes_is_in_order() {
        for code in [
            "fn b() { push(note::Note::Said { text: text() }); }",
            "fn b() { let all = vec![0, Note::Said { text: text() }]; }",
            "fn b() { match x { 0 => c(), _ => Note::Said { text } } }",
            "impl Note { fn b() -> Self { Self::Said { text } } }",
        ] {
            assert_eq!(findings(NOTES, &format!("{BEGUN}{code}")), [""; 0], "{code}");
        }
    }

    #[test]
    fn a_pattern_and_a_test_make_nothing() {
        for code in [
            "",
            "fn b() { match x { Note::Said { .. } => c(), _ => d() } }",
            "fn b() { if let Some(Note::Said { text }) = x { c(text) } }",
            "fn b() -> bool { matches!(x, Note::Said { .. }) }",
            "#[cfg(test)]\nmod tests { fn b() { Note::Said { text } } }",
            "impl Other { fn b() -> Self { Self::Said { text } } }",
        ] {
            let found = findings(NOTES, &format!("{BEGUN}{code}"));
            let told = "crates/a/src/note.rs: no code makes Note::Said: take it out, with its sentences";
            assert_eq!(found, [told], "{code}");
        }
        let unit = "fn b() -> bool { matches!(x, Note::Begun) }\nfn c() { match x { Note::Begun => d(), _ => e() } }";
        assert_eq!(findings(NOTES, unit).len(), 2);
    }

    #[test]
    fn an_enum_that_a_macro_defines_is_read_as_well() {
        let defined = "messages! { pub enum Note { /// One.\n Begun => \"begun\", /// Two.\n Said { /// What.\n text: String } => \"said\" } }";
        assert_eq!(findings(defined, BEGUN).len(), 1);
    }

    #[test]
    fn a_row_that_leads_nowhere_is_found() {
        let found = findings("pub enum Another {}", BEGUN);
        assert_eq!(found, ["crates/a/src/note.rs has no enum Note: put its row in MADE right"]);
    }
}
