//! Membership decides: no member, no word about what is there (contract, "Every request").

use std::collections::HashMap;

use parking_lot::RwLock;
use signoff_engine::Engine;
use signoff_engine::clock::Ticks;
use signoff_lifecycle::access::{Action, Role};
use signoff_lifecycle::ids::{Micros, Moment};
use signoff_store::contract::PrincipalId;
use signoff_text::ErrorText;
use signoff_wire::path;
use tokio::sync::watch;

use crate::app::App;
use crate::context::Context;
use crate::path_params::invalid_id;
use crate::problem::Problem;

/// The roles of a publisher's members, and when they were looked up.
type Roles = HashMap<PrincipalId, (Role, Ticks)>;

/// Roles that were looked up; emptied whenever the directory changes here. Where it may change at other nodes, too, a
/// role counts for a short time only.
#[derive(Default)]
pub struct Memberships {
    roles: RwLock<HashMap<String, Roles>>,
    /// How long they count; `None`: until they are emptied.
    counts_for: Option<Micros>,
    /// How often they were emptied.
    emptied: watch::Sender<u64>,
}

impl Memberships {
    /// Roles count for so long; `None`: until they are emptied.
    pub(crate) fn new(counts_for: Option<Micros>) -> Self {
        Self { counts_for, ..Self::default() }
    }

    pub(crate) fn clear(&self) {
        let mut roles = self.roles.write();
        roles.clear();
        self.emptied.send_modify(|count| *count += 1);
    }

    /// Tells of every change of the directory.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.emptied.subscribe()
    }

    /// How long a role may be known without being looked up again; `None`: for ever.
    pub fn counts_for(&self) -> Option<Micros> {
        self.counts_for
    }

    fn known(&self, publisher: &str, principal: &PrincipalId, now: Ticks) -> Option<Role> {
        let (role, at) = self.roles.read().get(publisher)?.get(principal).copied()?;
        self.counts_for.is_none_or(|counts_for| now.since(at) < counts_for).then_some(role)
    }

    /// Keeps a role that was looked up at `at`, unless the directory changed since it was `emptied` so often: what
    /// was looked up before may be over.
    fn learn(&self, publisher: &str, principal: &PrincipalId, role: Role, at: Ticks, emptied: u64) {
        let mut roles = self.roles.write();
        if *self.emptied.borrow() != emptied {
            return;
        }
        roles.entry(publisher.to_owned()).or_default().insert(principal.clone(), (role, at));
    }
}

/// What a caller is to a publisher, or to the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The operator of this server.
    Operator,
    /// A member.
    Member(Role),
    /// Anybody with a token, who may do something in development.
    Anybody,
}

impl Standing {
    /// The word in the audit log.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Operator => "operator",
            Self::Member(role) => role.as_str(),
            Self::Anybody => "none",
        }
    }
}

impl App {
    /// The engine at work for the caller: what is changed through it stands in the audit log.
    pub fn engine_for(&self, context: &Context, standing: Standing) -> Engine {
        self.engine().on_behalf_of(context.audit_actor(standing))
    }

    /// Checks that the caller may do `action` on what is the publisher's.
    ///
    /// # Errors
    /// 400 for an impossible id, else 403: nobody learns whether a foreign publisher exists.
    pub async fn authorise(
        &self,
        context: &Context,
        publisher: &str,
        action: Action,
    ) -> Result<Standing, Problem> {
        path::publisher_id(publisher).map_err(|error| invalid_id(&error, publisher))?;
        let Some(principal) = context.principal() else { return Ok(Standing::Operator) };
        let now = self.engine().clock().ticks();
        let role = match self.inner.memberships.known(publisher, principal, now) {
            Some(role) => Some(role),
            None => self.look_up(publisher, principal, now).await?,
        };
        match role {
            Some(role) if role.permits(action) => Ok(Standing::Member(role)),
            Some(role) => {
                let word = role.as_str().to_owned();
                let text = if action == Action::Force && role.permits(Action::ChangeOffers) {
                    ErrorText::RoleForbidsForce { role: word }
                } else {
                    ErrorText::RoleForbids { role: word }
                };
                Err(context.forbidden(text))
            }
            None => Err(context.forbidden(ErrorText::NotAMember { publisher: publisher.to_owned() })),
        }
    }

    async fn look_up(
        &self,
        publisher: &str,
        principal: &PrincipalId,
        now: Ticks,
    ) -> Result<Option<Role>, Problem> {
        let store = self.engine().store();
        let emptied = *self.inner.memberships.emptied.borrow();
        let mut role = store.role(publisher, principal).await?;
        if role.is_none() && self.settings().adopt {
            role = self.adopt(publisher, principal).await?;
        }
        if let Some(role) = role {
            self.inner.memberships.learn(publisher, principal, role, now, emptied);
        }
        Ok(role)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_that_was_looked_up_before_a_change_is_not_kept() {
        let ann = PrincipalId { tenant: "tenant".to_owned(), client: "ann".to_owned() };
        let memberships = Memberships::default();
        let before = *memberships.emptied.borrow();
        let now = Ticks(0);
        memberships.learn("contoso", &ann, Role::Owner, now, before);
        assert_eq!(memberships.known("contoso", &ann, Ticks(i64::MAX)), Some(Role::Owner));
        memberships.clear();
        memberships.learn("contoso", &ann, Role::Owner, now, before);
        assert_eq!(memberships.known("contoso", &ann, now), None);
    }

    #[test]
    fn where_others_may_change_it_a_role_counts_for_a_while() {
        let ann = PrincipalId { tenant: "tenant".to_owned(), client: "ann".to_owned() };
        for (counts_for, last) in [(Micros(0), None), (Micros(10), Some(Ticks(14)))] {
            let memberships = Memberships::new(Some(counts_for));
            memberships.learn("contoso", &ann, Role::Owner, Ticks(5), 0);
            if let Some(last) = last {
                assert_eq!(memberships.known("contoso", &ann, last), Some(Role::Owner));
            }
            let over = last.map_or(Ticks(5), |last| last.plus(Micros(1)));
            assert_eq!(memberships.known("contoso", &ann, over), None);
        }
    }
}
