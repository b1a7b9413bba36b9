//! Who acts, in parts: a person, a program, or the operator of the server.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Who does something. Two of them are one if [`Actor::is`] says so, whatever they are called.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "Stored", into = "Stored")]
pub enum Actor {
    /// A person of a tenant.
    Person {
        /// The tenant, or the issuer where it has no tenants.
        tenant: String,
        /// The person's object id there, or the subject.
        id: String,
    },
    /// A program.
    App {
        /// The tenant, or the issuer where it has no tenants.
        tenant: String,
        /// The client id.
        id: String,
    },
    /// The operator of the server.
    Operator,
    /// Of whom a name alone is kept, as older versions did.
    Named(String),
}

/// How an actor is stored: older versions kept a text.
#[derive(Clone, Serialize, Deserialize)]
#[serde(untagged)]
enum Stored {
    Name(String),
    Parts(Parts),
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
enum Parts {
    Person { tenant: String, id: String },
    App { tenant: String, id: String },
    Operator,
}

/// What stands before a person's id wherever a person is named by one text, e.g. `user:6f9619ff`.
pub const PERSON: &str = "user:";

/// The name of the operator; nobody else can be called so.
pub const OPERATOR: &str = "operator";

impl Actor {
    /// Whether this and `other` are the same. Of whom a name alone is kept is taken for everybody of that name.
    pub fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Named(name), known) | (known, Self::Named(name)) => {
                *name == known.to_string() || *name == known.in_full()
            }
            _ => self == other,
        }
    }

    /// The name with the tenant before it: `tenant/client`, `tenant/user:id`, or `operator`.
    pub fn in_full(&self) -> String {
        match self {
            Self::Person { tenant, .. } | Self::App { tenant, .. } => format!("{tenant}/{self}"),
            Self::Operator | Self::Named(_) => self.to_string(),
        }
    }
}

impl fmt::Display for Actor {
    /// The name alone: the client id, `user:id`, or `operator`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Person { id, .. } => write!(f, "{PERSON}{id}"),
            Self::App { id, .. } | Self::Named(id) => f.write_str(id),
            Self::Operator => f.write_str(OPERATOR),
        }
    }
}

impl From<&str> for Actor {
    fn from(name: &str) -> Self {
        Self::from(name.to_owned())
    }
}

impl From<String> for Actor {
    /// What older versions kept of somebody.
    fn from(name: String) -> Self {
        if name == OPERATOR { Self::Operator } else { Self::Named(name) }
    }
}

impl From<Stored> for Actor {
    fn from(stored: Stored) -> Self {
        match stored {
            Stored::Name(name) => name.into(),
            Stored::Parts(Parts::Person { tenant, id }) => Self::Person { tenant, id },
            Stored::Parts(Parts::App { tenant, id }) => Self::App { tenant, id },
            Stored::Parts(Parts::Operator) => Self::Operator,
        }
    }
}

impl From<Actor> for Stored {
    fn from(actor: Actor) -> Self {
        match actor {
            Actor::Person { tenant, id } => Self::Parts(Parts::Person { tenant, id }),
            Actor::App { tenant, id } => Self::Parts(Parts::App { tenant, id }),
            Actor::Operator => Self::Parts(Parts::Operator),
            Actor::Named(name) => Self::Name(name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn app(tenant: &str, id: &str) -> Actor {
        Actor::App { tenant: tenant.to_owned(), id: id.to_owned() }
    }

    fn person(tenant: &str, id: &str) -> Actor {
        Actor::Person { tenant: tenant.to_owned(), id: id.to_owned() }
    }

    #[test]
    fn parts_tell_apart_what_reads_alike() {
        let (one, other) = (app("a/b", "c"), app("a", "b/c"));
        assert_eq!(one.in_full(), other.in_full());
        assert!(!one.is(&other) && one.is(&one.clone()));
        assert!(!app("t", "user:1").is(&person("t", "1")));
        assert!(!app("t", "operator").is(&Actor::Operator));
    }

    #[test]
    fn of_whom_a_name_is_kept_is_everybody_of_that_name() {
        let old = Actor::from("ann");
        assert!(old.is(&app("t", "ann")) && app("u", "ann").is(&old));
        assert!(Actor::from("t/ann").is(&app("t", "ann")));
        assert!(!old.is(&app("t", "bob")) && !old.is(&person("t", "ann")));
        assert_eq!(Actor::from("operator"), Actor::Operator);
    }

    #[test]
    fn the_stored_form_is_read_back_and_so_is_that_of_older_versions() {
        let known = [person("t", "1"), app("t", "ann"), Actor::Operator, Actor::from("ann")];
        let stored = [
            r#"{"kind":"person","tenant":"t","id":"1"}"#,
            r#"{"kind":"app","tenant":"t","id":"ann"}"#,
            r#"{"kind":"operator"}"#,
            r#""ann""#,
        ];
        for (actor, text) in known.into_iter().zip(stored) {
            assert_eq!(serde_json::to_string(&actor).unwrap(), text);
            assert_eq!(serde_json::from_str::<Actor>(text).unwrap(), actor);
        }
        assert_eq!(serde_json::from_str::<Actor>(r#""operator""#).unwrap(), Actor::Operator);
    }
}
