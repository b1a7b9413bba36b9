//! Who may do what: roles, actions and the one table that relates them.

use serde::{Deserialize, Serialize};

/// What a principal is to a publisher (contract, "Every request").
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Role {
    /// Reads offers and operations, changes nothing.
    Reader,
    /// Reads, approves and rejects steps that wait for a person.
    Reviewer,
    /// Does everything on offers, but ends nothing by force.
    Contributor,
    /// Does everything on offers and manages the members.
    Owner,
}

/// What a caller wants to do with a publisher's things.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// Read offers, operations and the publisher itself.
    Read,
    /// Approve or reject a step that waits for a person.
    Review,
    /// Put, publish, go live, cancel.
    ChangeOffers,
    /// End an operation by force, whatever it leaves behind.
    Force,
    /// Read the audit log.
    ReadAudit,
    /// Add, change and remove members and the publisher's settings.
    ManageMembers,
}

impl Role {
    /// Whether this role permits `action`.
    ///
    /// ```
    /// use signoff_lifecycle::access::{Action, Role};
    ///
    /// assert!(Role::Contributor.permits(Action::ChangeOffers));
    /// assert!(!Role::Contributor.permits(Action::Force), "to end an operation by force is for owners");
    /// ```
    pub fn permits(self, action: Action) -> bool {
        match action {
            Action::Read => true,
            Action::Review => self != Self::Reader,
            Action::ChangeOffers => matches!(self, Self::Contributor | Self::Owner),
            Action::Force | Action::ReadAudit | Action::ManageMembers => self == Self::Owner,
        }
    }

    /// The word that settings, the command line and messages use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reader => "reader",
            Self::Reviewer => "reviewer",
            Self::Contributor => "contributor",
            Self::Owner => "owner",
        }
    }

    /// Every role, the weakest first.
    pub const ALL: [Self; 4] = [Self::Reader, Self::Reviewer, Self::Contributor, Self::Owner];
}

impl std::str::FromStr for Role {
    type Err = UnknownRole;

    fn from_str(word: &str) -> Result<Self, UnknownRole> {
        Self::ALL.into_iter().find(|role| role.as_str() == word).ok_or(UnknownRole)
    }
}

/// The word is none of `owner`, `contributor`, `reviewer`, `reader`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownRole;

impl std::fmt::Display for UnknownRole {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the role must be one of owner, contributor, reviewer, reader")
    }
}

impl std::error::Error for UnknownRole {}
