//! Operations that something names: whether they are there, many asked for at once.

use signoff_lifecycle::ids::OperationId;
use signoff_store::StoreError;
use signoff_store::tables::{Kind, Value};

use super::{Checker, Finding, Findings, guid, text};

/// So many are asked for in one statement.
const AT_ONCE: usize = 50;

/// An offer names an operation.
pub(super) struct Named {
    pub(super) publisher: String,
    pub(super) offer: String,
    pub(super) operation: OperationId,
    /// By what, e.g. `its preview slot`.
    pub(super) by: &'static str,
}

/// What is to be asked for.
#[derive(Default)]
pub(super) struct References(Vec<Named>);

impl References {
    pub(super) async fn add(
        &mut self,
        named: Named,
        checker: &Checker<'_>,
        findings: &mut Findings,
    ) -> Result<(), StoreError> {
        self.0.push(named);
        if self.0.len() < AT_ONCE { Ok(()) } else { self.ask(checker, findings).await }
    }

    /// Asks for all that is left.
    pub(super) async fn ask(
        &mut self,
        checker: &Checker<'_>,
        findings: &mut Findings,
    ) -> Result<(), StoreError> {
        let asked = std::mem::take(&mut self.0);
        let (mut any, mut parameters) = (Vec::new(), Vec::new());
        for named in &asked {
            let place = parameters.len();
            any.push(format!("publisher_id = ${} AND operation_id = ${}", place + 1, place + 2));
            parameters.push(Value::Text(named.publisher.clone()));
            parameters.push(Value::Guid(named.operation.to_bytes()));
        }
        if any.is_empty() {
            return Ok(());
        }
        let query =
            format!("SELECT publisher_id, operation_id, offer_id FROM operation WHERE {}", any.join(" OR "));
        let rows = checker.store.query(&query, &[Kind::Text, Kind::Guid, Kind::Text], &parameters).await?;
        for named in asked {
            let mut is = false;
            for row in &rows {
                is |= text(row, 0)? == named.publisher
                    && guid(row, 1)? == named.operation.0
                    && text(row, 2)? == named.offer;
            }
            if !is {
                findings.add(Finding {
                    rule: "reference",
                    publisher: Some(named.publisher),
                    offer: Some(named.offer),
                    operation: Some(named.operation.to_string()),
                    what: format!("{} names it, and the offer has no such operation", named.by),
                });
            }
        }
        Ok(())
    }
}
