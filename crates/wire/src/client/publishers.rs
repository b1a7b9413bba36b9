//! Calls on publishers and their members.

use reqwest::Method;
use serde::Serialize;

use super::Client;
use super::error::ClientError;
use crate::audit::AuditPage;
use crate::me::Me;
use crate::publisher::{Member, MemberPut, Principal, PrincipalPut, Publisher, PublisherPut};

pub(super) fn body(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).expect("the shapes of this crate have text keys only")
}

impl Client {
    /// Whom the server takes the caller for.
    pub async fn me(&self) -> Result<Me<'static>, ClientError> {
        self.send(self.call(Method::GET, &["api", "me"])).await?.read()
    }

    /// The caller's own publishers; the operator's are all there are.
    pub async fn publishers(&self) -> Result<Vec<Publisher<'static>>, ClientError> {
        let mut all: Vec<Publisher<'static>> = Vec::new();
        loop {
            let after = all.last().map(|last| last.id.clone());
            let call = self.call(Method::GET, &["api", "publishers"]).query("after", after.as_deref());
            let reply = self.send(call).await?;
            let more = reply.header("link").is_some();
            let page: Vec<Publisher<'static>> = reply.read()?;
            let ended = !more || page.is_empty();
            all.extend(page);
            if ended {
                return Ok(all);
            }
        }
    }

    /// Who changed what belongs to no publisher, as [`Client::audit`]: for the operator.
    pub async fn server_audit(
        &self,
        before: Option<u64>,
        top: Option<u32>,
    ) -> Result<AuditPage<'static>, ClientError> {
        let (before, top) = (before.map(|number| number.to_string()), top.map(|top| top.to_string()));
        let call = self.call(Method::GET, &["api", "audit"]);
        self.send(call.query("$top", top.as_deref()).query("before", before.as_deref())).await?.read()
    }

    /// One publisher.
    pub async fn publisher(&self, publisher: &str) -> Result<Publisher<'static>, ClientError> {
        self.send(self.call(Method::GET, &["api", "publishers", publisher])).await?.read()
    }

    /// Creates a publisher; fails when there is one of that id.
    pub async fn create_publisher(
        &self,
        publisher: &str,
        put: &PublisherPut,
    ) -> Result<Publisher<'static>, ClientError> {
        let call = self.call(Method::PUT, &["api", "publishers", publisher]);
        self.send(call.header("if-none-match", Some("*")).json(body(put))).await?.read()
    }

    /// Changes a publisher; what `put` leaves out stays as it is. Fails when there is none of that id.
    pub async fn change_publisher(
        &self,
        publisher: &str,
        put: &PublisherPut,
    ) -> Result<Publisher<'static>, ClientError> {
        let call = self.call(Method::PUT, &["api", "publishers", publisher]);
        self.send(call.header("if-match", Some("*")).json(body(put))).await?.read()
    }

    /// Who changed what, the newest first: entries older than number `before`, at most `top` (500).
    pub async fn audit(
        &self,
        publisher: &str,
        before: Option<u64>,
        top: Option<u32>,
    ) -> Result<AuditPage<'static>, ClientError> {
        let (before, top) = (before.map(|number| number.to_string()), top.map(|top| top.to_string()));
        let call = self.call(Method::GET, &["api", "publishers", publisher, "audit"]);
        self.send(call.query("$top", top.as_deref()).query("before", before.as_deref())).await?.read()
    }

    /// Who is a member of a publisher.
    pub async fn members(&self, publisher: &str) -> Result<Vec<Member<'static>>, ClientError> {
        self.send(self.call(Method::GET, &["api", "publishers", publisher, "members"])).await?.read()
    }

    /// Makes a principal a member, or gives it another role.
    pub async fn put_member(
        &self,
        publisher: &str,
        tenant: &str,
        client: &str,
        role: &str,
    ) -> Result<(), ClientError> {
        let call = self.call(Method::PUT, &["api", "publishers", publisher, "members", tenant, client]);
        self.send(call.json(body(&MemberPut { role: role.to_owned() }))).await.map(drop)
    }

    /// Gives a client of the server's own token endpoint its secret; without one the server makes it. Answers whether
    /// the client is new, and the secret if the server made it.
    pub async fn put_principal(
        &self,
        tenant: &str,
        client: &str,
        secret: Option<&str>,
    ) -> Result<(bool, Option<String>), ClientError> {
        let call = self.call(Method::PUT, &["api", "principals", tenant, client]);
        let put = PrincipalPut { secret: secret.map(str::to_owned) };
        let reply = self.send(call.json(body(&put))).await?;
        let is_new = reply.status == 201;
        let principal: Principal<'static> = reply.read()?;
        Ok((is_new, principal.secret.map(std::borrow::Cow::into_owned)))
    }

    /// Ends a membership.
    pub async fn delete_member(
        &self,
        publisher: &str,
        tenant: &str,
        client: &str,
    ) -> Result<(), ClientError> {
        let call = self.call(Method::DELETE, &["api", "publishers", publisher, "members", tenant, client]);
        self.send(call).await.map(drop)
    }
}
