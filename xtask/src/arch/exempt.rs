//! Which lines of a Rust file are tests.

/// For each line, whether it belongs to a test: by the file's place, or inside an item under `#[cfg(test)]`.
pub(super) fn test_lines(path: &str, text: &str) -> Vec<bool> {
    if is_test_file(path) {
        return vec![true; text.lines().count()];
    }
    let mut item: Option<Item> = None;
    let mut answer = Vec::new();
    for line in text.lines() {
        if item.is_none() && line.trim_start() == "#[cfg(test)]" {
            item = Some(Item { indent: indent(line), begun: false });
            answer.push(true);
            continue;
        }
        answer.push(item.is_some());
        if item.as_mut().is_some_and(|item| item.ends_with(line)) {
            item = None;
        }
    }
    answer
}

pub(super) fn is_test_file(path: &str) -> bool {
    path.split('/').any(|part| matches!(part, "tests" | "tests.rs") || part.ends_with("_tests.rs"))
}

/// The item under the attribute. The formatter puts its last line at the attribute's depth.
struct Item {
    indent: usize,
    begun: bool,
}

impl Item {
    /// Whether `line` is the last of the item.
    fn ends_with(&mut self, line: &str) -> bool {
        let trimmed = line.trim();
        if trimmed.is_empty() || indent(line) != self.indent {
            return false;
        }
        if !self.begun {
            self.begun = !(trimmed.starts_with("#[") || trimmed.starts_with("//"));
            return self.begun && (trimmed.ends_with(';') || trimmed.ends_with('}'));
        }
        trimmed.starts_with('}') || trimmed.ends_with(';')
    }
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tests_in(text: &str) -> Vec<usize> {
        let flags = test_lines("crates/a/src/lib.rs", text);
        flags.iter().enumerate().filter(|(_, test)| **test).map(|(index, _)| index + 1).collect()
    }

    #[test]
    fn the_module_ends_where_its_brace_does() {
        let text = "fn a() {}\n#[cfg(test)]\nmod tests {\n    fn b() {\n    }\n\n}\nfn c() {}\n";
        assert_eq!(tests_in(text), [2, 3, 4, 5, 6, 7]);
    }

    #[test]
    fn a_module_elsewhere_exempts_one_line() {
        assert_eq!(tests_in("#[cfg(test)]\nmod tests;\nfn a() {}\n"), [1, 2]);
    }

    #[test]
    fn further_attributes_and_comments_belong_to_the_item() {
        assert_eq!(
            tests_in("#[cfg(test)]\n// Why.\n#[expect(x)]\nfn a() {\n    b();\n}\nfn c() {}\n"),
            [1, 2, 3, 4, 5, 6]
        );
    }

    #[test]
    fn inner_items_are_exempt_by_themselves() {
        assert_eq!(tests_in("impl A {\n    #[cfg(test)]\n    fn b() {}\n    fn c() {}\n}\n"), [2, 3]);
    }

    #[test]
    fn test_files_are_tests_from_the_first_line() {
        for path in ["crates/a/tests/api/main.rs", "crates/a/src/b/tests.rs", "crates/a/src/b_tests.rs"] {
            assert_eq!(test_lines(path, "fn a() {}\n"), [true], "{path}");
        }
        assert_eq!(test_lines("crates/a/src/contests.rs", "fn a() {}\n"), [false]);
    }
}
