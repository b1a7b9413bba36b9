//! The commands that talk to a server, one file each. To add one: a file with its arguments and `run`, a variant
//! here, a line in `run`.

mod audit;
mod cancel;
mod cancel_all;
mod completions;
mod golive;
mod kill;
mod next_steps;
mod offer;
mod openapi;
mod operation;
mod publish;
mod publisher;
mod ready;
pub(crate) mod review;
mod run;
mod serve;
mod settings;
mod store;
mod token;
mod r#try;
mod version;
mod whoami;

use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde_json::json;
use signoff_settings::{LogSettings, ServeOptions};
use signoff_wire::client::{Client, Started, Until, waits_for_sign_off};
use signoff_wire::operation::OperationDetail;
use signoff_wire::path;
use signoff_wire::words::OperationState;
use uuid::Uuid;

use crate::connection::{Connection, Settings};
use crate::exit::Failure;
use crate::follow::{Followed, follow};
use crate::logging;
use crate::view::{self, Output, plain, tables};

/// Everything that a server does.
#[derive(Subcommand)]
pub(crate) enum ServerCommand {
    /// Serve the publishing API
    Serve(Box<ServeOptions>),
    /// Run a command in an environment in which the portal is a private server
    Run(run::Command),
    /// See it work: publish, cancel and go live on a server in a temporary place
    Try(r#try::Command),
    /// Copy, back up, check and migrate a whole store
    #[command(subcommand)]
    Store(store::Command),
    /// Print the limits of the server as Markdown, for docs/limits.md
    #[command(hide = true)]
    Limits,
}

/// Runs a server, or a command beside one, or what needs no server.
pub(crate) async fn run_server(command: ServerCommand, connection: &Connection) -> Result<ExitCode, Failure> {
    match command {
        ServerCommand::Limits => {
            view::print(signoff_server::limits::document().trim_end())?;
            Ok(ExitCode::SUCCESS)
        }
        ServerCommand::Serve(options) => Box::pin(serve::run(*options, connection.output())).await,
        ServerCommand::Run(command) => {
            logging::start("warn", &LogSettings::of_environment()?)?;
            run::run(command, &connection.known_caller()).await
        }
        ServerCommand::Try(command) => {
            logging::start("error", &LogSettings::of_environment()?)?;
            r#try::run(command).await
        }
        ServerCommand::Store(command) => {
            logging::start("warn", &LogSettings::of_environment()?)?;
            store::run(command, connection).await
        }
    }
}

/// Everything that a client does.
#[derive(Subcommand)]
pub(crate) enum ClientCommand {
    /// List, show and put offers, and see where publishing stands
    #[command(subcommand)]
    Offer(offer::Command),
    /// Publish the draft of an offer
    Publish(publish::Command),
    /// Take the preview of an offer live
    Golive(golive::Command),
    /// Cancel the publish or golive of an offer
    Cancel(cancel::Command),
    /// List, show and follow operations
    #[command(subcommand)]
    Operation(operation::Command),
    /// Approve or reject steps that wait for a reviewer
    #[command(subcommand)]
    Review(review::Command),
    /// Show and change publishers and their members
    #[command(subcommand)]
    Publisher(publisher::Command),
    /// Show who changed what (owners only)
    Audit(audit::Command),
    /// Ask the server whether it is ready; exit code 6 if it is not (for health checks)
    Ready,
    /// Show whom the server takes you for, and what you are to which publisher
    Whoami,
    /// Print an access token
    Token,
    /// Print the OpenAPI description of the API that this program serves
    Openapi(openapi::Command),
    /// Print what every setting is called and means, as Markdown
    Settings,
    /// Print the version, and with --json what API it speaks
    Version(version::Command),
    /// Print completions for a shell
    Completions(completions::Command),
}

/// Runs one command to its end.
pub(crate) async fn run(command: ClientCommand, connection: &Connection) -> Result<(), Failure> {
    let session = || Session::new(&connection.settings()?);
    match command {
        ClientCommand::Offer(command) => offer::run(command, &session()?).await,
        ClientCommand::Publish(command) => publish::run(command, &session()?).await,
        ClientCommand::Golive(command) => golive::run(command, &session()?).await,
        ClientCommand::Cancel(command) => cancel::run(command, &session()?).await,
        ClientCommand::Audit(command) => audit::run(&command, &connection.settings()?).await,
        ClientCommand::Operation(command) => operation::run(command, &connection.settings()?).await,
        ClientCommand::Review(command) => review::run(command, &session()?).await,
        ClientCommand::Publisher(command) => publisher::run(command, &connection.settings()?).await,
        ClientCommand::Ready => ready::run(&connection.settings()?).await,
        ClientCommand::Whoami => whoami::run(&connection.settings()?).await,
        ClientCommand::Token => token::run(&connection.settings()?).await,
        ClientCommand::Openapi(command) => openapi::run(&command, connection).await,
        ClientCommand::Completions(command) => completions::run(&command),
        ClientCommand::Settings => settings::run(),
        ClientCommand::Version(command) => version::run(&command, connection.output()),
    }
}

/// A client, whom it works for, and how it prints.
pub(crate) struct Session {
    client: Client,
    publisher: String,
    output: Output,
    /// The options that commands to type next need, too.
    typed: String,
}

impl Session {
    fn new(settings: &Settings) -> Result<Self, Failure> {
        Ok(Self {
            client: settings.client()?,
            publisher: settings.publisher()?,
            output: settings.output(),
            typed: settings.typed().to_owned(),
        })
    }

    /// The server's operator, who works for any publisher.
    fn of_operator(settings: &Settings, publisher: String) -> Result<Self, Failure> {
        path::publisher_id(&publisher).map_err(|error| Failure::Usage(error.to_string()))?;
        let typed = settings.typed().to_owned();
        Ok(Self { client: settings.operator_client()?, publisher, output: settings.output(), typed })
    }

    /// The newest operation of an offer that `wanted` says yes to by its state.
    async fn newest_operation(&self, offer: &str, state: Option<&str>) -> Result<Uuid, Failure> {
        let operations = self.client.operations(&self.publisher, offer, state).await?;
        let what = state.unwrap_or("no");
        operations.first().map(|operation| operation.id).ok_or_else(|| match state {
            Some(_) => Failure::NotFound(format!("no operation of {offer} is {what}")),
            None => Failure::NotFound(format!("{offer} has no operation")),
        })
    }

    /// The address of an operation, good for offers of either kind.
    fn address(&self, offer: &str, operation: Uuid) -> String {
        path::OperationAddress::Migrated { publisher: &self.publisher, offer, operation }.to_string()
    }

    /// The operation as what is followed; `word` is its kind.
    fn followed(&self, word: &str, offer: &str, id: Option<Uuid>) -> Followed {
        let typed = &self.typed;
        let id = id.map(|id| format!(" {id}")).unwrap_or_default();
        Followed {
            what: format!("the {word} of {offer}"),
            watch: format!("signoff operation watch {offer}{id}{typed}"),
            // A cancellation is stopped by force alone.
            stop: (word != "cancel").then(|| format!("signoff cancel {offer}{typed}")),
        }
    }

    /// Prints where to look at an operation.
    fn print_started(&self, started: &Started) -> Result<(), Failure> {
        let accepted = started.accepted.as_ref();
        let reply = json!({
            "location": started.location,
            "operationId": accepted.map(|accepted| accepted.operation_id),
            "status": accepted.map(|accepted| accepted.status),
        });
        view::show(self.output, &reply, |_| plain(&started.location))
    }

    /// What the publisher can do now, where an operation waits for the publisher.
    fn say_what_is_next(&self, operation: &OperationDetail<'_>, offer: &str) {
        if waits_for_sign_off(operation) {
            let typed = &self.typed;
            view::say("it waits for your sign-off");
            view::say(&format!("  take it live:  signoff golive {offer} --wait{typed}"));
            view::say(&format!("  or drop it:    signoff cancel {offer} --wait{typed}"));
        }
    }

    /// Prints what a publish, go live or cancel answered; follows the operation first when asked to.
    async fn conclude(
        &self,
        word: &str,
        offer: &str,
        started: &Started,
        wait: bool,
        verdict: fn(&OperationDetail<'_>) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let accepted = started.accepted.as_ref();
        let id = accepted.map(|accepted| accepted.operation_id);
        if !wait {
            let runs = accepted.is_some_and(|accepted| accepted.status == OperationState::Running);
            if runs && self.output == Output::Table {
                next_steps::say(&self.followed(word, offer, id));
            }
            return self.print_started(started);
        }
        let (pause, followed) = (started.retry_after, self.followed(word, offer, id));
        let last = follow(&self.client, &started.location, pause, Until::EndedOrSignOff, &followed).await?;
        self.say_what_is_next(&last, offer);
        view::show(self.output, &last, tables::operation)?;
        verdict(&last)
    }
}

/// The offer that a command is about.
#[derive(Args)]
pub(crate) struct OfferArg {
    /// The offer's id
    #[arg(value_parser = offer_id)]
    offer: String,
}

fn offer_id(text: &str) -> Result<String, path::InvalidId> {
    path::offer_id(text).map(str::to_owned)
}

fn operation_id(text: &str) -> Result<Uuid, path::InvalidId> {
    path::operation_id(text)
}

/// Checks a list of addresses before it goes to the server.
fn emails(text: &str) -> Result<String, signoff_wire::emails::InvalidEmails> {
    signoff_wire::emails::parse_list(text).map(|addresses| addresses.join(","))
}

/// Checks a name that becomes one segment of a path.
fn segment(text: &str) -> Result<String, &'static str> {
    if text.is_empty() || text.chars().all(|character| character == '.') || text.contains(char::is_control) {
        return Err("must not be empty, dots alone or hold control characters");
    }
    Ok(text.to_owned())
}
