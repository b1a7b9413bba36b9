//! What a statement says about publishers, read from its text: every table that is sharded must be bound to one
//! publisher, who is a parameter.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use sqlparser::ast::{
    Assignment, AssignmentTarget, BinaryOperator, Expr, FromTable, Insert, JoinConstraint, JoinOperator,
    ObjectName, Query, Select, SelectItem, SetExpr, Statement, TableFactor, TableObject, TableWithJoins,
    UpdateTableFromKind, Value, Visit, Visitor,
};
use sqlparser::dialect::PostgreSqlDialect;
use sqlparser::parser::Parser;

/// The column by which tables are sharded.
pub(crate) const KEY: &str = "publisher_id";

/// What was read from a statement.
#[derive(Debug, Default)]
pub(crate) struct Reading {
    /// The parameters that name a publisher.
    pub(crate) publishers: BTreeSet<usize>,
    /// How often a sharded table is named.
    pub(crate) tables: usize,
    /// What stands against sending it to one shard.
    pub(crate) faults: Vec<String>,
}

/// Reads a text of one or more statements; `sharded` are the tables that are sharded.
pub(crate) fn read(text: &str, sharded: &BTreeSet<String>) -> Reading {
    let mut reader = Reader { sharded, bound: 0, reading: Reading::default() };
    match Parser::parse_sql(&PostgreSqlDialect {}, text) {
        Ok(statements) => {
            let _: ControlFlow<()> = statements.visit(&mut reader);
        }
        Err(error) => reader.reading.faults.push(format!("it cannot be parsed: {error}")),
    }
    let Reader { bound, mut reading, .. } = reader;
    if reading.faults.is_empty() && bound != reading.tables {
        reading.faults.push(format!("{} tables are named, {bound} of them where they count", reading.tables));
    }
    reading
}

struct Reader<'a> {
    sharded: &'a BTreeSet<String>,
    /// How many namings of sharded tables were found to be bound.
    bound: usize,
    reading: Reading,
}

/// A column of a table by the table's name in its clause, or a parameter.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Term {
    Column(String, String),
    Parameter(usize),
}

/// The tables of one clause and what is demanded of their columns.
#[derive(Default)]
struct Clause {
    /// The sharded ones by the name that they have here.
    tables: BTreeMap<String, String>,
    equal: Vec<(Term, Term)>,
    /// Equalities that an outer join demands of the rows of this table alone.
    outer: Vec<(String, Term, Term)>,
}

impl Visitor for Reader<'_> {
    type Break = ();

    fn pre_visit_relation(&mut self, relation: &ObjectName) -> ControlFlow<()> {
        self.reading.tables += usize::from(self.is_sharded(relation));
        ControlFlow::Continue(())
    }

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        if matches!(&*query.body, SetExpr::Table(_) | SetExpr::Merge(_)) {
            self.fault("a query of this kind is not understood".to_owned());
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_select(&mut self, select: &Select) -> ControlFlow<()> {
        let mut clause = Clause::default();
        self.from(&mut clause, &select.from);
        clause.demand(select.selection.as_ref());
        self.settle(&clause);
        ControlFlow::Continue(())
    }

    fn pre_visit_statement(&mut self, statement: &Statement) -> ControlFlow<()> {
        match statement {
            Statement::Query(_)
            | Statement::StartTransaction { .. }
            | Statement::Commit { .. }
            | Statement::Rollback { .. } => {}
            Statement::Insert(insert) => self.insert(insert),
            Statement::Update(update) => {
                let mut clause = Clause::default();
                self.from(&mut clause, std::slice::from_ref(&update.table));
                match &update.from {
                    Some(UpdateTableFromKind::AfterSet(from) | UpdateTableFromKind::BeforeSet(from)) => {
                        self.from(&mut clause, from);
                    }
                    None => {}
                }
                clause.demand(update.selection.as_ref());
                self.settle(&clause);
                self.moves_nothing(&update.assignments);
            }
            Statement::Delete(delete) => {
                let mut clause = Clause::default();
                let (FromTable::WithFromKeyword(from) | FromTable::WithoutKeyword(from)) = &delete.from;
                self.from(&mut clause, from);
                self.from(&mut clause, delete.using.as_deref().unwrap_or_default());
                clause.demand(delete.selection.as_ref());
                self.settle(&clause);
            }
            other => {
                let text = other.to_string();
                let word = text.split_whitespace().next().unwrap_or_default();
                self.fault(format!("{word} is no statement for one publisher"));
            }
        }
        ControlFlow::Continue(())
    }
}

impl Reader<'_> {
    fn fault(&mut self, fault: String) {
        self.reading.faults.push(fault);
    }

    fn is_sharded(&self, name: &ObjectName) -> bool {
        self.sharded.contains(&name.to_string())
    }

    fn from(&mut self, clause: &mut Clause, tables: &[TableWithJoins]) {
        for table in tables {
            self.table(clause, &table.relation);
            for join in &table.joins {
                let name = self.table(clause, &join.relation);
                let before = clause.equal.len();
                match &join.join_operator {
                    JoinOperator::Join(on) | JoinOperator::Inner(on) => self.on(clause, on),
                    JoinOperator::CrossJoin(JoinConstraint::None) => {}
                    JoinOperator::Left(on) | JoinOperator::LeftOuter(on) => {
                        self.on(clause, on);
                        let only_here = clause.equal.split_off(before);
                        let only_here = only_here.into_iter().map(|(a, b)| (name.clone(), a, b));
                        clause.outer.extend(only_here);
                    }
                    other => self.fault(format!("a join of this kind is not understood: {other:?}")),
                }
            }
        }
    }

    /// Takes the table in; answers its name in the clause.
    fn table(&mut self, clause: &mut Clause, factor: &TableFactor) -> String {
        match factor {
            TableFactor::Table { name, alias, .. } => {
                let here = alias.as_ref().map_or_else(|| name.to_string(), |alias| alias.name.value.clone());
                if self.is_sharded(name) && clause.tables.insert(here.clone(), name.to_string()).is_some() {
                    self.fault(format!("{here} stands for two tables"));
                }
                here
            }
            TableFactor::NestedJoin { table_with_joins, .. } => {
                self.from(clause, std::slice::from_ref(table_with_joins));
                String::new()
            }
            // What is within is visited by itself.
            _ => String::new(),
        }
    }

    fn on(&mut self, clause: &mut Clause, constraint: &JoinConstraint) {
        match constraint {
            JoinConstraint::On(expression) => clause.demand(Some(expression)),
            other => self.fault(format!("a join must say what it joins on: {other:?}")),
        }
    }

    /// Every sharded table of the clause must be bound to a parameter.
    fn settle(&mut self, clause: &Clause) {
        let publishers = clause.publishers();
        for (here, table) in &clause.tables {
            match publishers.get(&Term::Column(here.clone(), KEY.to_owned())) {
                Some(parameter) => {
                    self.bound += 1;
                    self.reading.publishers.insert(*parameter);
                }
                None => self.fault(format!("{here} ({table}) is not bound to one publisher")),
            }
        }
    }

    fn insert(&mut self, insert: &Insert) {
        let TableObject::TableName(name) = &insert.table else { return };
        if !self.is_sharded(name) {
            return;
        }
        let Some(place) = insert.columns.iter().position(|column| column.to_string() == KEY) else {
            return self.fault(format!("a row of {name} names no publisher"));
        };
        let body = insert.source.as_ref().map(|source| &*source.body);
        let given: Vec<Option<usize>> = match body {
            Some(SetExpr::Values(values)) => {
                values.rows.iter().map(|row| row.get(place).and_then(parameter)).collect()
            }
            Some(SetExpr::Select(select)) => vec![match select.projection.get(place) {
                Some(SelectItem::UnnamedExpr(expression)) => self.publisher(select, expression),
                _ => None,
            }],
            _ => vec![None],
        };
        for publisher in given {
            match publisher {
                Some(publisher) => {
                    self.reading.publishers.insert(publisher);
                }
                None => self.fault(format!("a row of {name} is of a publisher that is no parameter")),
            }
        }
        self.bound += 1;
    }

    /// The parameter that the expression is equal to in every row of the select.
    fn publisher(&mut self, select: &Select, expression: &Expr) -> Option<usize> {
        let mut clause = Clause::default();
        self.from(&mut clause, &select.from);
        clause.demand(select.selection.as_ref());
        match term(expression, &clause)? {
            Term::Parameter(number) => Some(number),
            column @ Term::Column(..) => clause.publishers().get(&column).copied(),
        }
    }

    fn moves_nothing(&mut self, assignments: &[Assignment]) {
        let moved = |assignment: &Assignment| match &assignment.target {
            AssignmentTarget::ColumnName(name) => name.to_string().ends_with(KEY),
            AssignmentTarget::Tuple(names) => names.iter().any(|name| name.to_string().ends_with(KEY)),
        };
        if assignments.iter().any(moved) {
            self.fault("a row is moved to another publisher".to_owned());
        }
    }
}

impl Clause {
    /// Takes in the equalities that hold for every row.
    fn demand(&mut self, expression: Option<&Expr>) {
        match expression {
            Some(Expr::Nested(inner)) => self.demand(Some(inner)),
            Some(Expr::BinaryOp { left, op: BinaryOperator::And, right }) => {
                self.demand(Some(left));
                self.demand(Some(right));
            }
            Some(Expr::BinaryOp { left, op: BinaryOperator::Eq, right }) => {
                if let (Some(left), Some(right)) = (term(left, self), term(right, self)) {
                    self.equal.push((left, right));
                }
            }
            _ => {}
        }
    }

    /// The parameter that each term must be equal to.
    fn publishers(&self) -> BTreeMap<Term, usize> {
        let outer = self.outer.iter().map(|(_, a, b)| (a, b));
        let terms = self.equal.iter().map(|(a, b)| (a, b)).chain(outer).flat_map(|(a, b)| [a, b]);
        let parameters = terms.filter_map(|term| match term {
            Term::Parameter(number) => Some((term.clone(), *number)),
            Term::Column(..) => None,
        });
        let mut known: BTreeMap<Term, usize> = parameters.collect();
        loop {
            let before = known.len();
            for (a, b) in &self.equal {
                learn(&mut known, a, b);
                learn(&mut known, b, a);
            }
            for (here, a, b) in &self.outer {
                for (from, to) in [(a, b), (b, a)] {
                    if matches!(to, Term::Column(of, _) if of == here) {
                        learn(&mut known, from, to);
                    }
                }
            }
            if known.len() == before {
                return known;
            }
        }
    }
}

fn learn(known: &mut BTreeMap<Term, usize>, from: &Term, to: &Term) {
    if let Some(number) = known.get(from).copied() {
        known.entry(to.clone()).or_insert(number);
    }
}

/// A column or a parameter; a column without a table's name is that of the only table.
fn term(expression: &Expr, clause: &Clause) -> Option<Term> {
    match expression {
        Expr::CompoundIdentifier(parts) => match &parts[..] {
            [table, column] => Some(Term::Column(table.value.clone(), column.value.clone())),
            _ => None,
        },
        Expr::Identifier(column) => match clause.tables.len() {
            1 => clause.tables.keys().next().map(|table| Term::Column(table.clone(), column.value.clone())),
            _ => None,
        },
        _ => parameter(expression).map(Term::Parameter),
    }
}

/// The number of a parameter.
fn parameter(expression: &Expr) -> Option<usize> {
    let Expr::Value(value) = expression else { return None };
    let Value::Placeholder(name) = &value.value else { return None };
    name.strip_prefix('$')?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::{Reading, read};

    fn reading(text: &str) -> Reading {
        read(text, &["offer", "work"].map(str::to_owned).into())
    }

    #[test]
    fn what_is_bound_to_a_publisher_passes() {
        for text in [
            "SELECT 1 FROM offer WHERE publisher_id = $1 AND offer_id = $2",
            "SELECT 1 FROM principal WHERE tenant = $1",
            "SELECT 1 FROM offer o LEFT JOIN work w ON w.publisher_id = o.publisher_id WHERE o.publisher_id = $1",
            "SELECT 1 FROM offer JOIN work ON work.publisher_id = $1 AND offer.publisher_id = work.publisher_id",
            "INSERT INTO offer (offer_id, publisher_id) SELECT row.id, $1 FROM unnest($2::text[]) AS row (id)",
            "INSERT INTO offer (publisher_id) SELECT work.publisher_id FROM work WHERE work.publisher_id = $1",
            "INSERT INTO offer (offer_id, publisher_id) SELECT offer_id, publisher_id FROM work
             WHERE publisher_id = $1 AND offer_id = $2 FOR SHARE",
            "WITH gone AS (DELETE FROM work WHERE work.publisher_id = $1 RETURNING 1)
             UPDATE offer SET revision = 2 FROM gone WHERE offer.publisher_id = $1",
            "DELETE FROM work USING unnest($2::uuid[]) AS row (id) WHERE work.publisher_id = $1",
        ] {
            let reading = reading(text);
            assert_eq!((&reading.faults[..], reading.publishers.len() < 2), (&[][..], true), "{text}");
        }
    }

    #[test]
    fn what_is_not_is_found() {
        for text in [
            "SELECT 1 FROM work WHERE due_at <= $1",
            "SELECT 1 FROM offer WHERE publisher_id = $1 OR offer_id = $2",
            "SELECT 1 FROM offer WHERE publisher_id > $1",
            "SELECT 1 FROM offer WHERE publisher_id = ANY ($1)",
            "SELECT 1 FROM offer, work WHERE offer.publisher_id = $1",
            "SELECT 1 FROM offer JOIN work ON work.offer_id = offer.offer_id WHERE offer.publisher_id = $1",
            "SELECT 1 FROM offer o LEFT JOIN work w ON o.publisher_id = $1 AND w.publisher_id = o.publisher_id",
            "SELECT 1 FROM offer WHERE publisher_id = $1 AND offer_id IN (SELECT offer_id FROM work)",
            "SELECT (SELECT count(*) FROM work) FROM offer WHERE publisher_id = $1",
            "WITH gone AS (DELETE FROM work RETURNING 1) SELECT 1 FROM gone",
            "DELETE FROM work WHERE (publisher_id, operation_id) IN (SELECT $1, $2)",
            "INSERT INTO offer (offer_id) VALUES ($1)",
            "INSERT INTO offer (publisher_id) SELECT work.offer_id FROM work WHERE work.publisher_id = $1",
            "INSERT INTO offer (publisher_id) SELECT work.publisher_id FROM work WHERE work.publisher_id >= $1",
            "UPDATE offer SET publisher_id = $2 WHERE publisher_id = $1",
            "UPDATE offer SET revision = 2 FROM work WHERE offer.publisher_id = $1",
            "SELECT 1 FROM offer RIGHT JOIN work ON work.publisher_id = $1 WHERE offer.publisher_id = $1",
            "TABLE offer",
            "TRUNCATE offer",
            "SELECT what is this",
        ] {
            assert_ne!(reading(text).faults, Vec::<String>::new(), "{text}");
        }
    }
}
