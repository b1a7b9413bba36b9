//! What is logged: a level for this program, or directives for any part of any program in it.

use std::str::FromStr;

use signoff_settings::{BadSetting, bad};
use tracing::level_filters::LevelFilter;
use tracing_subscriber::EnvFilter;

/// Which lines are written.
#[derive(Debug)]
pub(super) struct Filter {
    pub(super) directives: EnvFilter,
    /// Lines of others may be among them, so that each says whose it is.
    pub(super) is_of_others: bool,
}

impl Filter {
    /// Reads a level, such as `debug`, or directives, such as `info,signoff_front=debug`. A level alone is for this
    /// program; of the libraries it is made of only warnings are of use to somebody who is on call.
    ///
    /// # Errors
    /// If it is neither.
    pub(super) fn read(text: &str) -> Result<Self, BadSetting> {
        if let Some(level) = level(text.trim()) {
            let of_libraries = level.min(LevelFilter::WARN);
            return Self::of(&format!("{of_libraries},signoff={level}"), false);
        }
        let directives: Vec<&str> = text.split(',').map(str::trim).filter(|it| !it.is_empty()).collect();
        for directive in &directives {
            // A word alone would be the name of a part, of which everything is logged: a slip of the pen is no part.
            if !directive.contains('=') && level(directive).is_none() {
                return Err(refused(&format!("{directive:?} is no level")));
            }
        }
        Self::of(&directives.join(","), true)
    }

    fn of(directives: &str, is_of_others: bool) -> Result<Self, BadSetting> {
        let read = EnvFilter::try_new(directives).map_err(|error| refused(&error.to_string()))?;
        Ok(Self { directives: read, is_of_others })
    }
}

/// The level of this name.
fn level(word: &str) -> Option<LevelFilter> {
    // Numbers are levels to the library, and riddles to everybody else.
    LevelFilter::from_str(word)
        .ok()
        .filter(|_| word.chars().all(|c| c.is_ascii_alphabetic()) && !word.is_empty())
}

fn refused(problem: &str) -> BadSetting {
    let help = "write off, error, warn, info, debug or trace, or directives like info,signoff_front=debug";
    bad("log", format!("{problem}; {help}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_is_for_this_program() {
        for (text, read) in [
            ("debug", "signoff=debug,warn"),
            ("INFO", "signoff=info,warn"),
            ("error", "signoff=error,error"),
            ("off", "signoff=off,off"),
        ] {
            let filter = Filter::read(text).unwrap();
            assert_eq!(filter.directives.to_string(), read, "{text}");
            assert!(!filter.is_of_others);
        }
    }

    #[test]
    fn directives_are_for_any_part() {
        let filter = Filter::read("warn, signoff_front=debug,hyper=info").unwrap();
        assert!(filter.is_of_others);
        let read = filter.directives.to_string();
        assert!(read.contains("signoff_front=debug") && read.contains("hyper=info"), "{read}");
    }

    #[test]
    fn what_is_neither_names_itself_and_the_remedy() {
        for text in ["verbose", "info,loud", "signoff=loud", "1", "="] {
            let error = Filter::read(text).unwrap_err().to_string();
            assert!(
                error.starts_with("log: ") && error.contains("write off, error, warn"),
                "{text}: {error}"
            );
        }
    }
}
