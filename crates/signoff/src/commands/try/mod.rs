//! `signoff try`: the newcomer's first minute. A server in a temporary place, a story told by calls over HTTP, and
//! addresses to play with. Every sentence of the story is checked before it is printed.

mod addresses;
mod calls;
mod narrator;
mod story;

use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use signoff_server::{TENANT, serve_plain};
use signoff_settings::StoreAddress;
use signoff_store::files;
use signoff_wire::client::{Client, ClientCredentials, Config, Retries, TokenSource};
use tokio::sync::watch;
use tokio::time::timeout;

use self::calls::{Pace, Teller};
use super::serve::listen;
use crate::exit::{Failure, INTERRUPTED};
use crate::node::{Node, NodeSettings, stop_of};
use crate::shutdown::StopSignals;

/// The seeded client that the story signs in as.
const CLIENT: (&str, &str) = ("contoso-owner", "contoso-secret");

/// The story takes some 20 seconds; a server that needs so much longer is stuck.
const PATIENCE: Duration = Duration::from_mins(2);

/// The arguments of `try`.
#[derive(Args)]
pub(crate) struct Command {
    /// End after the story, instead of staying up with addresses to play with
    #[arg(long)]
    once: bool,
    /// Tell the story as fast as the machine can
    #[arg(long, hide = true)]
    fast: bool,
}

/// Tells the story, then stays up until Ctrl-C unless told otherwise.
pub(crate) async fn run(arguments: Command) -> Result<ExitCode, Failure> {
    let folder = files::temporary_folder("signoff-try-")?;
    let signals = StopSignals::listen()?;
    let listener = listen("127.0.0.1:0".to_owned(), "listen").await?;
    let base = format!("http://{}", listener.local_addr()?);
    let settings = NodeSettings::of_a_private_server(&base);
    let node = Node::start(&StoreAddress::Sqlite(folder.path().join("signoff.db")).into(), settings).await?;
    let (stop, stopped) = watch::channel(false);
    let server = tokio::spawn(serve_plain(listener, node.routes(), stop_of(&stopped)));

    let ended = tell_and_stay(&arguments, &base, &signals).await;

    stop.send_replace(true);
    // A server that panicked has been reported, and is as stopped as one that ended.
    let _ = server.await;
    node.stop(signals.at_least(2)).await;
    folder.close()?;
    ended
}

async fn tell_and_stay(arguments: &Command, base: &str, signals: &StopSignals) -> Result<ExitCode, Failure> {
    let pace = if arguments.fast { Pace::FAST } else { Pace::CALM };
    let teller = Teller::new(client(base)?, pace);
    let told = tokio::select! {
        told = timeout(PATIENCE, teller.story(base)) => told,
        () = signals.at_least(1) => return Ok(ExitCode::from(INTERRUPTED)),
    };
    match told {
        // Any other answer means that the story is not true: one exit code for all of them.
        Ok(told) => told.map_err(|failure| Failure::Ended(format!("not as told: {failure}")))?,
        Err(_) => return Err(Failure::Ended("not as told: the server takes far too long".to_owned())),
    }
    if arguments.once {
        teller.say_what_is_next()?;
        return Ok(ExitCode::SUCCESS);
    }
    teller.leave_the_stage(base).await?;
    signals.at_least(1).await;
    Ok(ExitCode::SUCCESS)
}

fn client(base: &str) -> Result<Client, Failure> {
    let (client_id, client_secret) = CLIENT;
    let credentials = ClientCredentials {
        authority: base.to_owned(),
        tenant: TENANT.to_owned(),
        client_id: client_id.to_owned(),
        client_secret: client_secret.to_owned(),
    };
    let base = base.parse().map_err(|error| Failure::Usage(format!("{base}: {error}")))?;
    let tokens = TokenSource::Credentials(credentials);
    let (retries, marks) = (Retries::default(), Some(crate::connection::marks()));
    Ok(Client::new(Config { base, tokens, extra_roots_pem: None, retries, marks })?)
}
