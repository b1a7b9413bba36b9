//! `[hooks.NAME]` of the settings: third parties that do steps.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;
use signoff_lifecycle::ids::Micros;
use signoff_lifecycle::plan::CancelPolicy;
use signoff_lifecycle::webhook::OnCancelDeadline;
use signoff_webhook::{HookSecret, HookSettings, HookedStep};
use signoff_wire::duration::Span;

use super::{BadSetting, bad};

/// One hook, as the file has it.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HookFile {
    url: String,
    /// May be plain http on another machine.
    #[serde(default)]
    insecure_http: bool,
    secret: Option<String>,
    /// A file whose content is the secret.
    secret_file: Option<PathBuf>,
    /// A variable whose value is the secret.
    secret_env: Option<String>,
    steps: Vec<StepFile>,
    /// `undo`, `interrupt` or `refuse`.
    cancel: Option<String>,
    /// A span, or `never`.
    poll_every: Option<String>,
    answer_deadline: Option<String>,
    cancel_deadline: Option<String>,
    /// `fail` or `complete`.
    on_cancel_deadline: Option<String>,
    timeout: Option<String>,
}

/// A step: its id alone, or with the one offer type that is meant.
#[derive(Clone, Deserialize)]
#[serde(untagged, expecting = "write the id of a step, or { offer_type = \"…\", step = \"…\" }")]
enum StepFile {
    Anywhere(String),
    Of(StepOf),
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct StepOf {
    offer_type: String,
    step: String,
}

/// The hooks by name.
pub(super) fn settings(hooks: BTreeMap<String, HookFile>) -> Result<Vec<HookSettings>, BadSetting> {
    hooks.into_iter().map(|(name, hook)| hook.settings(&name)).collect()
}

impl HookFile {
    fn settings(self, name: &str) -> Result<HookSettings, BadSetting> {
        let setting = |member: &str| format!("hooks.{name}.{member}");
        let secret = self.secret(name)?;
        let steps = self.steps.into_iter().map(|step| match step {
            StepFile::Anywhere(step) => HookedStep { offer_type: None, step },
            StepFile::Of(StepOf { offer_type, step }) => HookedStep { offer_type: Some(offer_type), step },
        });
        let mut settings = HookSettings::new(name, self.url, secret, steps.collect());
        settings.insecure_http = self.insecure_http;
        settings.cancel = match self.cancel.as_deref() {
            None | Some("undo") => CancelPolicy::Undo,
            Some("interrupt") => CancelPolicy::Interrupt,
            Some("refuse") => CancelPolicy::Refuse,
            Some(other) => {
                return Err(bad(
                    &setting("cancel"),
                    format!("{other:?} is none of undo, interrupt and refuse"),
                ));
            }
        };
        settings.on_cancel_deadline = match self.on_cancel_deadline.as_deref() {
            None | Some("fail") => OnCancelDeadline::Fail,
            Some("complete") => OnCancelDeadline::Complete,
            Some(other) => {
                let problem = format!("{other:?} is neither fail nor complete");
                return Err(bad(&setting("on_cancel_deadline"), problem));
            }
        };
        if let Some(text) = self.poll_every {
            settings.poll_every =
                if text == "never" { None } else { Some(span(&setting("poll_every"), &text)?) };
        }
        for (member, text, place) in [
            ("answer_deadline", self.answer_deadline, &mut settings.answer_deadline),
            ("cancel_deadline", self.cancel_deadline, &mut settings.cancel_deadline),
        ] {
            if let Some(text) = text {
                *place = span(&setting(member), &text)?;
            }
        }
        if let Some(text) = self.timeout {
            settings.timeout = Duration::from_micros(span(&setting("timeout"), &text)?.0);
        }
        Ok(settings)
    }

    /// The secret, from the one place that is named. What is wrong with it is told without it.
    fn secret(&self, name: &str) -> Result<HookSecret, BadSetting> {
        let setting = |member: &str| format!("hooks.{name}.{member}");
        let (member, text) = match (&self.secret, &self.secret_file, &self.secret_env) {
            (Some(text), None, None) => ("secret", text.clone()),
            (None, Some(path), None) => {
                let text = std::fs::read_to_string(path);
                let text = text
                    .map_err(|error| bad(&setting("secret_file"), format!("{}: {error}", path.display())))?;
                ("secret_file", text)
            }
            (None, None, Some(variable)) => {
                let text = super::secrets::variable(variable).ok_or_else(|| {
                    bad(&setting("secret_env"), format!("the variable {variable} is not set"))
                })?;
                let not_text = |_| bad(&setting("secret_env"), format!("{variable} is not UTF-8"));
                let text = text.into_string().map_err(not_text)?;
                ("secret_env", text)
            }
            _ => {
                let problem = "name one of secret, secret_file and secret_env";
                return Err(bad(&setting("secret"), problem));
            }
        };
        let secret = HookSecret::parse(&text).map_err(|error| bad(&setting(member), error.to_string()))?;
        Ok(match self.secret_file.clone() {
            Some(path) => secret.read_from(move || std::fs::read_to_string(&path).ok()),
            None => secret,
        })
    }
}

fn span(setting: &str, text: &str) -> Result<Micros, BadSetting> {
    let span: Span = text.parse().map_err(|error| bad(setting, format!("{error}")))?;
    Ok(Micros(span.micros()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "secret = \"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\"";

    fn read(lines: &str) -> Result<HookSettings, String> {
        let text = format!("url = \"https://c.example\"\nsteps = [\"displaycertify\"]\n{lines}\n");
        let file: HookFile = toml::from_str(&text).map_err(|error| error.to_string())?;
        file.settings("c").map_err(|error| error.to_string())
    }

    #[test]
    fn a_bad_setting_names_itself_and_the_remedy() {
        for (lines, setting, remedy) in [
            (String::new(), "hooks.c.secret: ", "secret_file"),
            (format!("{SECRET}\nsecret_env = \"X\""), "hooks.c.secret: ", "one of"),
            ("secret = \"hunter2hunter2\"".to_owned(), "hooks.c.secret: ", "openssl rand"),
            ("secret_file = \"nowhere/x\"".to_owned(), "hooks.c.secret_file: ", "nowhere/x"),
            ("secret_env = \"SIGNOFF_NO_SUCH\"".to_owned(), "hooks.c.secret_env: ", "SIGNOFF_NO_SUCH"),
            (format!("{SECRET}\ncancel = \"stop\""), "hooks.c.cancel: ", "undo, interrupt"),
            (format!("{SECRET}\non_cancel_deadline = \"wait\""), "hooks.c.on_cancel_deadline: ", "complete"),
            (format!("{SECRET}\npoll_every = \"5\""), "hooks.c.poll_every: ", "300ms"),
            (format!("{SECRET}\nanswer_deadline = \"x\""), "hooks.c.answer_deadline: ", "3d"),
            (format!("{SECRET}\ncancel_deadline = \"\""), "hooks.c.cancel_deadline: ", "3d"),
            (format!("{SECRET}\ntimeout = \"soon\""), "hooks.c.timeout: ", "300ms"),
            (format!("{SECRET}\nurll = \"x\""), "", "urll"),
        ] {
            let problem = read(&lines).err().unwrap();
            assert!(problem.starts_with(setting) && problem.contains(remedy), "{lines}: {problem}");
            assert!(!problem.contains("hunter2"), "{problem}");
        }
    }

    /// The settings that docs/webhooks.md shows, and what it says of them.
    #[test]
    fn the_page_shows_good_settings_and_the_defaults() {
        let page = include_str!("../../../../docs/webhooks.md");
        let text = page.split("```toml\n").nth(1).unwrap().split("```").next().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("secret");
        std::fs::write(&file, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let text = text.replace("/run/secrets/certifier", file.to_str().unwrap());
        let mut shown: super::super::File = toml::from_str(&text).unwrap();
        let shown = shown.hooks.remove("certifier").unwrap().settings("certifier").unwrap();
        let secret = HookSecret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let defaults = HookSettings::new("certifier", shown.url.clone(), secret, shown.steps.clone());
        assert_eq!(format!("{shown:?}"), format!("{defaults:?}"));
    }

    #[test]
    fn what_is_said_counts() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("secret");
        std::fs::write(&file, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n").unwrap();
        let lines = format!(
            "secret_file = {file:?}\ncancel = \"refuse\"\npoll_every = \"never\"\nanswer_deadline = \"3d\"\n\
             cancel_deadline = \"2h\"\non_cancel_deadline = \"complete\"\ntimeout = \"5s\"\ninsecure_http = true"
        );
        let settings = read(&lines).unwrap();
        assert_eq!(settings.cancel, CancelPolicy::Refuse);
        assert_eq!((settings.poll_every, settings.insecure_http), (None, true));
        let hour = 3_600_000;
        assert_eq!(settings.answer_deadline, Micros::from_millis(72 * hour));
        assert_eq!(settings.cancel_deadline, Micros::from_millis(2 * hour));
        assert_eq!(settings.on_cancel_deadline, OnCancelDeadline::Complete);
        assert_eq!(settings.timeout, Duration::from_secs(5));
        assert_eq!(settings.steps, [HookedStep { offer_type: None, step: "displaycertify".to_owned() }]);
    }
}
