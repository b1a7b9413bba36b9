//! What is logged, and how, as flags, variables or the file say it.

use std::str::FromStr;

use crate::{BadSetting, bad};

/// How a line is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// For people.
    #[default]
    Text,
    /// For programs: one JSON object a line.
    Json,
}

impl FromStr for Format {
    type Err = BadSetting;

    fn from_str(word: &str) -> Result<Self, BadSetting> {
        match word {
            "text" => Ok(Self::Text),
            "json" => Ok(Self::Json),
            _ => Err(bad("log_format", format!("{word:?} is neither text nor json"))),
        }
    }
}

/// What is logged, and how.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogSettings {
    /// A level, or directives; `None`: as the command says.
    pub filter: Option<String>,
    /// How a line is written.
    pub format: Format,
}

impl LogSettings {
    /// What the variables say, for commands that have no other settings.
    ///
    /// # Errors
    /// If the format is none.
    pub fn of_environment() -> Result<Self, BadSetting> {
        let variable = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
        Self::of(variable("SIGNOFF_LOG"), variable("SIGNOFF_LOG_FORMAT"))
    }

    /// A filter and the word for a format.
    ///
    /// # Errors
    /// If the format is none.
    pub fn of(filter: Option<String>, format: Option<String>) -> Result<Self, BadSetting> {
        Ok(Self { filter, format: format.map_or(Ok(Format::Text), |word| word.parse())? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_is_text_or_json() {
        assert_eq!("json".parse::<Format>().unwrap(), Format::Json);
        assert_eq!("text".parse::<Format>().unwrap(), Format::Text);
        let error = "JSON".parse::<Format>().unwrap_err().to_string();
        assert_eq!(error, "log_format: \"JSON\" is neither text nor json");
    }
}
