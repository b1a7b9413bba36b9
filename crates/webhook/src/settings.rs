//! The hooks that the settings name, checked: each problem names its setting and the remedy.

use std::time::Duration;

use signoff_definition::OfferTypes;
use signoff_lifecycle::ids::Micros;
use signoff_lifecycle::plan::{CancelPolicy, Executor};
use signoff_lifecycle::webhook::OnCancelDeadline;
use url::Url;

use crate::signature::HookSecret;
use crate::transport::is_loopback;

/// The longest deadline.
const LONGEST: Micros = Micros::from_millis(366 * 24 * 3_600_000);
/// The shortest deadline, and the shortest time between two polls.
const SHORTEST: Micros = Micros::from_millis(1000);
/// The longest that one request may take: somebody waits for it.
const LONGEST_TIMEOUT: Duration = Duration::from_mins(1);
/// The longest name, in characters.
const LONGEST_NAME: usize = 40;

/// One hook: a third party and the steps that it does.
#[derive(Clone, Debug)]
pub struct HookSettings {
    /// Its name in messages: letters, digits and hyphens.
    pub name: String,
    /// Where requests go.
    pub url: String,
    /// Whether the address may be plain `http` on another machine.
    pub insecure_http: bool,
    /// What both sides sign with.
    pub secret: HookSecret,
    /// The steps that it takes over.
    pub steps: Vec<HookedStep>,
    /// What a cancel finds once such a step has begun.
    pub cancel: CancelPolicy,
    /// How often it is asked how far it is; `None`: it calls back.
    pub poll_every: Option<Micros>,
    /// How long a step may take.
    pub answer_deadline: Micros,
    /// How long it may take to undo its part.
    pub cancel_deadline: Micros,
    /// What comes then.
    pub on_cancel_deadline: OnCancelDeadline,
    /// How long one request may take, in real time.
    pub timeout: Duration,
}

impl HookSettings {
    /// A hook for `steps` that is told of a cancel: asked every minute, ten days for a step, a day for its undo, ten
    /// seconds for a request.
    pub fn new(
        name: impl Into<String>,
        url: impl Into<String>,
        secret: HookSecret,
        steps: Vec<HookedStep>,
    ) -> Self {
        let hour = 3_600_000;
        Self {
            name: name.into(),
            url: url.into(),
            insecure_http: false,
            secret,
            steps,
            cancel: CancelPolicy::Undo,
            poll_every: Some(Micros::from_millis(60_000)),
            answer_deadline: Micros::from_millis(10 * 24 * hour),
            cancel_deadline: Micros::from_millis(24 * hour),
            on_cancel_deadline: OnCancelDeadline::Fail,
            timeout: Duration::from_secs(10),
        }
    }
}

/// A step that a hook takes over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HookedStep {
    /// The offer type's id; `None`: every offer type that has the step.
    pub offer_type: Option<String>,
    /// The step's id.
    pub step: String,
}

/// A setting of a hook that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("hooks.{hook}.{setting}: {problem}")]
pub struct BadHook {
    /// The hook.
    pub hook: String,
    /// The setting.
    pub setting: &'static str,
    /// What is wrong and what helps.
    pub problem: String,
}

/// A hook as it is used.
pub(crate) struct Hook {
    pub(crate) settings: HookSettings,
    pub(crate) url: Url,
    /// Offer type and step.
    takes: Vec<(String, String)>,
}

impl Hook {
    pub(crate) fn takes(&self, offer_type: &str, step: &str) -> bool {
        self.takes.iter().any(|(of, id)| of == offer_type && id == step)
    }
}

/// Checks every hook, and that no two take over the same step.
pub(crate) fn checked(settings: Vec<HookSettings>) -> Result<Vec<Hook>, BadHook> {
    let mut hooks: Vec<Hook> = Vec::new();
    for settings in settings {
        let hook = check(settings)?;
        let bad = |setting, problem| Err(BadHook { hook: hook.settings.name.clone(), setting, problem });
        for (offer_type, step) in &hook.takes {
            if let Some(other) = hooks.iter().find(|other| other.takes(offer_type, step)) {
                let other = &other.settings.name;
                return bad(
                    "steps",
                    format!("{other} takes over {step} of {offer_type} already; leave it to one"),
                );
            }
        }
        hooks.push(hook);
    }
    Ok(hooks)
}

fn check(settings: HookSettings) -> Result<Hook, BadHook> {
    let bad = |setting, problem: String| BadHook { hook: settings.name.clone(), setting, problem };
    let good_name = |c: char| c.is_ascii_alphanumeric() || c == '-';
    if settings.name.is_empty() || settings.name.len() > LONGEST_NAME || !settings.name.chars().all(good_name)
    {
        return Err(bad("name", format!("write at most {LONGEST_NAME} letters, digits and hyphens")));
    }
    let url = address(&settings).map_err(|problem| bad("url", problem))?;
    for (setting, span) in
        [("answer_deadline", settings.answer_deadline), ("cancel_deadline", settings.cancel_deadline)]
    {
        if !(SHORTEST..=LONGEST).contains(&span) {
            return Err(bad(setting, "write a time from 1s to 366d".to_owned()));
        }
    }
    if settings.poll_every.is_some_and(|span| !(SHORTEST..=LONGEST).contains(&span)) {
        return Err(bad("poll_every", "write a time from 1s to 366d, or never if it calls back".to_owned()));
    }
    if settings.timeout.is_zero() || settings.timeout > LONGEST_TIMEOUT {
        return Err(bad("timeout", "write a time of at most 60s".to_owned()));
    }
    let takes = taken(&settings).map_err(|problem| bad("steps", problem))?;
    Ok(Hook { settings, url, takes })
}

fn address(settings: &HookSettings) -> Result<Url, String> {
    let wanted = "write an address like https://certifier.example/signoff";
    let url = Url::parse(&settings.url).map_err(|error| format!("{error}; {wanted}"))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err("an address holds no user and no password; requests are signed instead".to_owned());
    }
    match url.scheme() {
        "https" => Ok(url),
        "http" if settings.insecure_http || is_loopback(&url) => Ok(url),
        "http" => {
            Err("http goes to this machine only; use https, or say insecure_http = true if the network \
                       between is yours"
                .to_owned())
        }
        _ => Err(wanted.to_owned()),
    }
}

/// The steps of offer types that the settings mean.
fn taken(settings: &HookSettings) -> Result<Vec<(String, String)>, String> {
    if settings.steps.is_empty() {
        return Err("name a step, like \"displaycertify\"".to_owned());
    }
    let mut taken: Vec<(String, String)> = Vec::new();
    for HookedStep { offer_type, step } in &settings.steps {
        let types: Vec<_> = match offer_type {
            Some(id) => {
                let known = OfferTypes::load().get(id);
                vec![
                    known
                        .ok_or_else(|| format!("{id:?} is no offer type; GET /api/offerTypes lists them"))?,
                ]
            }
            None => OfferTypes::load().all().iter().collect(),
        };
        let before = taken.len();
        for offer_type in types {
            let Some(spec) = offer_type.step(step) else { continue };
            if matches!(spec.production.executor, Executor::Validate | Executor::Signoff | Executor::Live) {
                return Err(format!("{step:?} is the server's own; a hook takes over what comes between"));
            }
            let pair = (offer_type.id.clone(), step.clone());
            if !taken.contains(&pair) {
                taken.push(pair);
            }
        }
        if taken.len() == before {
            return Err(format!(
                "{step:?} is no step there, or is named twice; GET /api/offerTypes lists them"
            ));
        }
    }
    Ok(taken)
}

#[cfg(test)]
mod tests {
    use super::*;

    const VM: &str = "microsoft-azure-virtualmachines";

    fn step(offer_type: Option<&str>, step: &str) -> HookedStep {
        HookedStep { offer_type: offer_type.map(str::to_owned), step: step.to_owned() }
    }

    fn hook(name: &str, steps: Vec<HookedStep>) -> HookSettings {
        let secret = HookSecret::parse("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA").unwrap();
        HookSettings::new(name, "https://certifier.example/hook", secret, steps)
    }

    #[test]
    fn a_bad_setting_names_itself_and_the_remedy() {
        type Change = fn(&mut HookSettings);
        let rows: [(Change, &str, &str); 13] = [
            (|hook| hook.name.clear(), "hooks..name", "letters"),
            (|hook| hook.name = "a b".to_owned(), "hooks.a b.name", "hyphens"),
            (|hook| hook.url = "certifier".to_owned(), "hooks.c.url", "https://"),
            (|hook| hook.url = "ftp://x".to_owned(), "hooks.c.url", "https://"),
            (|hook| hook.url = "http://x".to_owned(), "hooks.c.url", "insecure_http"),
            (|hook| hook.url = "https://a:b@x".to_owned(), "hooks.c.url", "signed instead"),
            (|hook| hook.answer_deadline = Micros(0), "hooks.c.answer_deadline", "1s to 366d"),
            (|hook| hook.cancel_deadline = Micros(u64::MAX), "hooks.c.cancel_deadline", "1s to 366d"),
            (|hook| hook.poll_every = Some(Micros(1)), "hooks.c.poll_every", "never"),
            (|hook| hook.timeout = Duration::from_secs(61), "hooks.c.timeout", "60s"),
            (|hook| hook.steps.clear(), "hooks.c.steps", "displaycertify"),
            (|hook| hook.steps[0].step = "no".to_owned(), "hooks.c.steps", "/api/offerTypes"),
            (|hook| hook.steps[0].step = "live".to_owned(), "hooks.c.steps", "the server's own"),
        ];
        for (change, setting, remedy) in rows {
            let mut settings = hook("c", vec![step(Some(VM), "displaycertify")]);
            change(&mut settings);
            let problem = check(settings).err().unwrap().to_string();
            assert!(problem.starts_with(setting) && problem.contains(remedy), "{problem}");
        }
        let unknown = hook("c", vec![step(Some("no-type"), "displaycertify")]);
        assert!(check(unknown).err().unwrap().to_string().contains("is no offer type"));
    }

    #[test]
    fn http_is_for_this_machine_unless_the_operator_knows_better() {
        for (url, insecure, good) in [
            ("http://127.0.0.1:9/x", false, true),
            ("http://[::1]:9/x", false, true),
            ("http://localhost/x", false, true),
            ("http://certifier:8080/x", false, false),
            ("http://certifier:8080/x", true, true),
        ] {
            let mut settings = hook("c", vec![step(None, "displaycertify")]);
            (settings.url, settings.insecure_http) = (url.to_owned(), insecure);
            assert_eq!(check(settings).is_ok(), good, "{url}");
        }
    }

    #[test]
    fn a_step_is_one_hooks() {
        let all = hook("all", vec![step(None, "displaycertify")]);
        let vm = hook("vm", vec![step(Some(VM), "displaycertify")]);
        let packages = hook("packages", vec![step(Some(VM), "displaypackage")]);
        let problem = checked(vec![all.clone(), vm.clone()]).err().unwrap();
        assert!(
            problem.to_string().starts_with("hooks.vm.steps: all takes over displaycertify"),
            "{problem}"
        );
        assert_eq!(checked(vec![packages, vm]).unwrap().len(), 2);
        assert!(
            check(all).unwrap().takes.len() > 1,
            "without an offer type it is for all that have the step"
        );
    }
}
