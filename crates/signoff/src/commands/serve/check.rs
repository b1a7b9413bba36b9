//! `signoff serve --check`: tries what the settings name, changes nothing and serves nothing.

use std::path::Path;
use std::process::ExitCode;

use serde::Serialize;
use signoff_engine::clock::Clock;
use signoff_mail::Transport;
use signoff_server::identity::published_keys;
use signoff_server::tls::Authority;
use signoff_settings::{Config, ServeOptions, StoreAddress};
use signoff_upkeep as upkeep;
use signoff_webhook::{Hooks, HttpTransport};

use super::authority_folder;
use crate::exit::Failure;
use crate::node::external;
use crate::view::{self, Cell, Column, Document, Output};

/// What was looked at, and what was found.
#[derive(Debug, Serialize)]
struct Look {
    part: &'static str,
    state: State,
    found: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum State {
    Ok,
    /// It is not there, and need not be.
    Unset,
    Problem,
}

impl State {
    fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Unset => "unset",
            Self::Problem => "problem",
        }
    }
}

impl Look {
    fn unset(part: &'static str, found: &str) -> Self {
        Self { part, state: State::Unset, found: found.to_owned() }
    }

    fn of(part: &'static str, looked: Result<String, String>) -> Self {
        let state = if looked.is_ok() { State::Ok } else { State::Problem };
        Self { part, state, found: looked.unwrap_or_else(|problem| problem) }
    }
}

/// Looks at everything, and tells what it found; the exit code is 1 if something is wrong.
pub(super) async fn run(options: ServeOptions, output: Output) -> Result<ExitCode, Failure> {
    let from = match &options.config {
        Some(file) => format!("{}, flags and variables", file.display()),
        None => "flags and variables; no file (--config)".to_owned(),
    };
    let mut looks = Vec::new();
    match Config::load(options) {
        Err(problem) => looks.push(Look::of("settings", Err(problem.to_string()))),
        Ok(config) => {
            looks.push(Look::of("settings", Ok(from)));
            looks.extend(tried(&config).await);
        }
    }
    view::show(output, looks.as_slice(), table)?;
    let problems = looks.iter().filter(|look| look.state == State::Problem).count();
    if problems == 0 {
        return Ok(ExitCode::SUCCESS);
    }
    view::say(&format!("{problems} of {} would keep it from working", looks.len()));
    Ok(ExitCode::FAILURE)
}

fn table(looks: &[Look]) -> Document {
    let rows = looks
        .iter()
        .map(|look| [look.part.into(), Cell::state(look.state.word()), look.found.as_str().into()]);
    Document::table([Column::whole("PART"), Column::whole("STATE"), Column::wrapped("FOUND")], rows)
}

async fn tried(config: &Config) -> Vec<Look> {
    vec![
        store(config).await,
        identity(config).await,
        operator(config),
        mail(config).await,
        hooks(config),
        tls(config),
    ]
}

async fn store(config: &Config) -> Look {
    let name = config.store.address.to_string();
    if let StoreAddress::Sqlite(file) = &config.store.address
        && !file.exists()
    {
        return Look::of("store", new_file(&name, file));
    }
    let stands = upkeep::migrations(&config.store.place()).await;
    let found = match stands {
        Err(error) => Err(error.to_string()),
        Ok(stands) if stands.pending.is_empty() => Ok(format!("{name} is there, its schema up to date")),
        Ok(stands) if config.migrates => {
            Ok(format!("{name} is there; the start runs {}", stands.pending.join(", ")))
        }
        Ok(stands) => Err(format!(
            "{name} lacks {}, and `migrate` is never: run signoff store migrate --store {name}",
            stands.pending.join(", ")
        )),
    };
    Look::of("store", found)
}

/// A store that the start will make.
fn new_file(name: &str, file: &Path) -> Result<String, String> {
    let there = |folder: &&Path| !folder.as_os_str().is_empty() && folder.exists();
    let folder = file.ancestors().skip(1).find(there).unwrap_or_else(|| Path::new("."));
    if !folder.is_dir() {
        return Err(format!("{name}: {} is no folder", folder.display()));
    }
    if can_write(folder) {
        return Ok(format!("{name} is not there yet; the start makes it"));
    }
    Err(format!("{name}: this user may not write to {}; name another file with --store", folder.display()))
}

#[cfg(unix)]
fn can_write(folder: &Path) -> bool {
    use rustix::fs::{Access, access};
    access(folder, Access::WRITE_OK | Access::EXEC_OK).is_ok()
}

#[cfg(not(unix))]
fn can_write(folder: &Path) -> bool {
    std::fs::metadata(folder).is_ok_and(|data| !data.permissions().readonly())
}

async fn identity(config: &Config) -> Look {
    let Some(identity) = &config.identity else {
        let found =
            "no [identity]: the server gives out tokens itself, to clients that its operator registers";
        return Look::unset("identity", found);
    };
    let issuer = match external(identity.clone()) {
        Ok(issuer) => issuer,
        Err(problem) => return Look::of("identity", Err(problem.to_string())),
    };
    let found = match published_keys(issuer).await {
        Ok(0) => {
            Err(format!("identity.keys_url: {} has no key that signs tokens (RS256)", identity.keys_url))
        }
        Ok(keys) => Ok(format!("{keys} keys of {}", identity.issuer)),
        Err(reason) => Err(format!("identity.keys_url: {}: {reason}", identity.keys_url)),
    };
    Look::of("identity", found)
}

fn operator(config: &Config) -> Look {
    if config.operator_token.is_some() {
        return Look::of("operator", Ok("SIGNOFF_OPERATOR_TOKEN is set".to_owned()));
    }
    let found = "set SIGNOFF_OPERATOR_TOKEN or SIGNOFF_OPERATOR_TOKEN_FILE: without it nobody can create publishers, \
                 register clients or kill operations";
    Look::unset("operator", found)
}

async fn mail(config: &Config) -> Look {
    let Some(settings) = &config.mail else {
        return Look::unset("mail", "no [mail]: letters are kept and not sent");
    };
    let found = match Transport::new(settings) {
        Err(problem) => Err(problem.to_string()),
        Ok(transport) => transport
            .check()
            .await
            .map(|()| format!("{} takes letters from {}", settings.host, settings.from)),
    };
    Look::of("mail", found)
}

fn hooks(config: &Config) -> Look {
    if config.hooks.is_empty() {
        return Look::unset("hooks", "no [hooks]: every step is the server's own");
    }
    let names: Vec<&str> = config.hooks.iter().map(|hook| hook.name.as_str()).collect();
    let base = config.public_url.clone().unwrap_or_else(|| format!("http://{}", config.listen));
    let made = HttpTransport::new().and_then(|transport| {
        let hooks = Hooks::new(config.hooks.clone(), std::sync::Arc::new(transport), &base);
        hooks.map_err(|problem| problem.to_string())
    });
    let heard =
        if config.public_url.is_some() { "" } else { "; no public_url: they call back to where it listens" };
    Look::of("hooks", made.map(|_| format!("{}{heard}", names.join(", "))))
}

fn tls(config: &Config) -> Look {
    let Some(settings) = &config.tls else { return Look::unset("tls", "no tls: plain HTTP only") };
    let folder = match authority_folder(settings, config) {
        Ok(folder) => folder,
        Err(problem) => return Look::of("tls", Err(problem.to_string())),
    };
    let found = match Authority::kept(&folder, Clock::default().real().0 / 1_000_000) {
        Err(problem) => Err(problem.to_string()),
        Ok(true) => Ok(format!("the authority in {}", folder.display())),
        Ok(false) => Ok(format!("no authority in {} yet; the start makes it", folder.display())),
    };
    Look::of("tls", found)
}
