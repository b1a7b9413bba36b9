//! Secrets, from where neither a list of processes nor a settings file shows them: the variable `NAME`, or the file that
//! `NAME_FILE` names, as orchestrators and service managers hand them out.

use std::ffi::OsString;
use std::path::PathBuf;

use super::{BadSetting, bad};

/// More is no password and no token.
const LARGEST: u64 = 16 * 1024;

/// What reads a secret from its file again, or says why it cannot.
pub(super) type Again = Box<dyn Fn() -> Result<String, String> + Send + Sync>;

/// What reads the secret called `name` again, if it is in a file: others may replace it there while the server runs.
pub(super) fn again(name: &str) -> Option<Again> {
    again_from(name, variable)
}

pub(super) fn again_from(
    name: &str,
    variable: impl Fn(&str) -> Option<OsString> + Send + Sync + 'static,
) -> Option<Again> {
    let in_file = format!("{name}_FILE");
    variable(&in_file)?;
    let name = name.to_owned();
    Some(Box::new(move || match secret_from(&name, &variable) {
        Ok(Some(secret)) => Ok(secret),
        Ok(None) => Err(format!("{in_file} is not set any more")),
        Err(error) => Err(error.to_string()),
    }))
}

/// The secret called `name`; `None`: it is not set. A file's last line break does not count.
///
/// # Errors
/// If both the variable and its `_FILE` are set, or the file cannot be read or is empty.
pub fn secret(name: &str) -> Result<Option<String>, BadSetting> {
    secret_from(name, variable)
}

/// What a variable holds; one that is set to nothing counts as not set.
pub fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

/// The same with what `variable` says of the environment.
pub(super) fn secret_from(
    name: &str,
    variable: impl Fn(&str) -> Option<OsString>,
) -> Result<Option<String>, BadSetting> {
    let in_file = format!("{name}_FILE");
    let (value, file) = (variable(name), variable(&in_file));
    match (value, file) {
        (None, None) => Ok(None),
        (Some(_), Some(_)) => Err(bad(&in_file, format!("{name} is set, too; leave one of them away"))),
        (Some(value), None) => {
            value.into_string().map(Some).map_err(|_| bad(name, "is not UTF-8; write it anew"))
        }
        (None, Some(file)) => {
            let file = PathBuf::from(file);
            let text =
                read(&file).map_err(|problem| bad(&in_file, format!("{}: {problem}", file.display())))?;
            let text = text.strip_suffix('\n').unwrap_or(&text);
            let text = text.strip_suffix('\r').unwrap_or(text);
            if text.is_empty() {
                return Err(bad(&in_file, format!("{}: the file is empty", file.display())));
            }
            Ok(Some(text.to_owned()))
        }
    }
}

fn read(file: &PathBuf) -> Result<String, String> {
    let size = std::fs::metadata(file).map_err(|error| error.to_string())?.len();
    if size > LARGEST {
        return Err(format!("the file is larger than {LARGEST} bytes and holds no secret"));
    }
    std::fs::read_to_string(file).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_in_a_file_is_what_stands_there_now() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("secret");
        let path = file.clone();
        let variable = move |name: &str| (name == "TOKEN_FILE").then(|| OsString::from(&path));
        std::fs::write(&file, "first\n").unwrap();
        let read = again_from("TOKEN", variable).unwrap();
        assert_eq!(read().as_deref(), Ok("first"));
        // As a rotation does it.
        std::fs::write(folder.path().join("new"), "second\n").unwrap();
        std::fs::rename(folder.path().join("new"), &file).unwrap();
        assert_eq!(read().as_deref(), Ok("second"));
        std::fs::remove_file(&file).unwrap();
        assert!(read().unwrap_err().contains("No such file"));
        assert!(
            again_from("TOKEN", |name| (name == "TOKEN").then(|| "x".into())).is_none(),
            "it is in no file"
        );
    }

    #[test]
    fn a_secret_is_in_a_variable_or_in_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("secret");
        let of = |value: Option<&str>, file: Option<&PathBuf>| {
            secret_from("TOKEN", |name| match name {
                "TOKEN" => value.map(OsString::from),
                "TOKEN_FILE" => file.map(OsString::from),
                other => panic!("{other}"),
            })
        };
        assert_eq!(of(None, None).unwrap(), None);
        assert_eq!(of(Some("a b"), None).unwrap().as_deref(), Some("a b"));
        for (text, secret) in [("hunter2\n", "hunter2"), ("hunter2\r\n", "hunter2"), (" a\n\n", " a\n")] {
            std::fs::write(&file, text).unwrap();
            assert_eq!(of(None, Some(&file)).unwrap().as_deref(), Some(secret));
        }
        let problem = |value, file: &PathBuf| of(value, Some(file)).unwrap_err().to_string();
        assert_eq!(problem(Some("x"), &file), "TOKEN_FILE: TOKEN is set, too; leave one of them away");
        assert!(problem(None, &folder.path().join("none")).contains("none: No such file"));
        std::fs::write(&file, "\n").unwrap();
        assert!(problem(None, &file).ends_with("the file is empty"));
        std::fs::write(&file, "x".repeat(20_000)).unwrap();
        assert!(problem(None, &file).contains("larger than"));
    }
}
