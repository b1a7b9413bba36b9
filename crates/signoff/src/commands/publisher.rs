//! `signoff publisher list|show|add|set|member|principal`.

use std::io::stdin;

use clap::{Args, Subcommand};
use signoff_lifecycle::access::Role;
use signoff_wire::client::Client;
use signoff_wire::path;
use signoff_wire::publisher::PublisherPut;
use signoff_wire::words::PcMigrationStatus;

use super::segment;
use crate::connection::Settings;
use crate::exit::Failure;
use crate::view::{self, Output, tables};

/// What to do with publishers. All but `list`, `add` and `principal` work on --publisher.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// List the publishers that you are a member of; as the operator, all there are
    List,
    /// Show the publisher
    Show,
    /// Create a publisher, with you as its owner (--dev), or as the operator
    Add(Add),
    /// Change the publisher
    Set(Changes),
    /// List, set and remove the publisher's members
    #[command(subcommand)]
    Member(Member),
    /// Give clients of the server's own token endpoint their secrets
    #[command(subcommand)]
    Principal(Principal),
}

/// The new publisher.
#[derive(Args)]
pub(crate) struct Add {
    /// Its id
    #[arg(value_parser = publisher_id)]
    id: String,
    #[command(flatten)]
    changes: Changes,
}

/// What to change; the rest stays.
#[derive(Args)]
pub(crate) struct Changes {
    /// Its name for people
    #[arg(long = "name", value_name = "TEXT")]
    display_text: Option<String>,
    /// Where notifications of migrated offers go
    #[arg(long, value_name = "ADDRESS", value_parser = email)]
    seller_contact: Option<String>,
    /// Its number as a seller
    #[arg(long, value_name = "N")]
    seller_id: Option<i64>,
    /// What its offers count as, for later operations: none or migrated
    #[arg(long = "migration", value_name = "STATUS")]
    pc_migration_status: Option<PcMigrationStatus>,
    /// Whether who started a publish may approve its steps: true or false
    #[arg(long, value_name = "YES")]
    self_review: Option<bool>,
    /// An offer type that it may sell; may be repeated
    #[arg(long = "offer-type", value_name = "OFFER_TYPE")]
    offer_type_categories: Vec<String>,
}

/// What to do with members.
#[derive(Subcommand)]
pub(crate) enum Member {
    /// List the members
    List,
    /// Add a member, or change its role
    Set {
        #[command(flatten)]
        who: Who,
        /// owner, contributor, reviewer or reader
        role: Role,
    },
    /// Remove a member
    Remove(Who),
}

/// What to do with principals.
#[derive(Subcommand)]
pub(crate) enum Principal {
    /// Add a client, or give it another secret (operator only, unless it is new and the server runs with --dev)
    Add {
        #[command(flatten)]
        who: Who,
        #[arg(long, env = "SIGNOFF_PRINCIPAL_SECRET")]
        secret: Option<String>,
    },
}

/// A principal.
#[derive(Args)]
pub(crate) struct Who {
    /// Its tenant
    #[arg(value_name = "TENANT", value_parser = segment)]
    member_tenant: String,
    /// Its client id; of a person user:ID, with the object id (or subject) that `signoff whoami` shows
    #[arg(value_name = "CLIENT_ID", value_parser = segment)]
    member_client: String,
}

fn publisher_id(text: &str) -> Result<String, path::InvalidId> {
    path::publisher_id(text).map(str::to_owned)
}

fn email(text: &str) -> Result<String, signoff_wire::emails::InvalidEmails> {
    signoff_wire::emails::check(text).map(|()| text.to_owned())
}

impl Changes {
    fn into_put(self) -> PublisherPut {
        PublisherPut {
            display_text: self.display_text,
            seller_contact: self.seller_contact,
            seller_id: self.seller_id,
            pc_migration_status: self.pc_migration_status,
            self_review: self.self_review,
            offer_type_categories: Some(self.offer_type_categories).filter(|types| !types.is_empty()),
        }
    }
}

/// Runs the command.
pub(crate) async fn run(command: Command, settings: &Settings) -> Result<(), Failure> {
    let client = settings.client()?;
    let output = settings.output();
    let is_new = matches!(command, Command::Add(_));
    let publisher = match command {
        Command::List => {
            return view::show(output, client.publishers().await?.as_slice(), tables::publishers);
        }
        Command::Member(command) => return member(command, settings).await,
        Command::Principal(command) => return principal(command, &client).await,
        Command::Show => client.publisher(&settings.publisher()?).await?,
        Command::Add(Add { id, changes }) => client.create_publisher(&id, &changes.into_put()).await?,
        Command::Set(changes) => client.change_publisher(&settings.publisher()?, &changes.into_put()).await?,
    };
    view::show(output, &publisher, tables::publisher)?;
    if is_new && output == Output::Table {
        let id = &publisher.id;
        view::say(&format!(
            "add a member: signoff publisher member set TENANT CLIENT_ID ROLE --publisher {id}"
        ));
    }
    Ok(())
}

async fn principal(command: Principal, client: &Client) -> Result<(), Failure> {
    let Principal::Add { who: Who { member_tenant, member_client }, secret } = command;
    let secret = match secret.as_deref() {
        Some("-") => Some(line_of_input()?),
        Some(_) | None => secret.filter(|secret| !secret.is_empty()),
    };
    let (created, made) = client.put_principal(&member_tenant, &member_client, secret.as_deref()).await?;
    let what = if created { "can sign in now" } else { "has another secret now" };
    view::say(&format!("{member_client} of {member_tenant} {what}"));
    match made {
        Some(made) => {
            view::say("its secret is shown this once:");
            view::print(&made)
        }
        None => Ok(()),
    }
}

fn line_of_input() -> Result<String, Failure> {
    let mut line = String::new();
    stdin().read_line(&mut line)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

async fn member(command: Member, settings: &Settings) -> Result<(), Failure> {
    let client = settings.client()?;
    let publisher = settings.publisher()?;
    match command {
        Member::List => {
            view::show(settings.output(), client.members(&publisher).await?.as_slice(), tables::members)
        }
        Member::Set { who: Who { member_tenant, member_client }, role } => {
            client.put_member(&publisher, &member_tenant, &member_client, role.as_str()).await?;
            view::say(&format!("{member_client} is {} of {publisher}", role.as_str()));
            Ok(())
        }
        Member::Remove(Who { member_tenant, member_client }) => {
            client.delete_member(&publisher, &member_tenant, &member_client).await?;
            view::say(&format!("{member_client} is no member of {publisher} any more"));
            Ok(())
        }
    }
}
