//! Publishers as they are read most: every publish asks for its own.
//!
//! What is kept is never behind the file: nothing is kept from before a commit that changes publishers until after
//! it, and a reader that read meanwhile finds that it came too late.

use std::collections::HashMap;

use parking_lot::RwLock;
use signoff_store::contract::Publisher;

/// At most so many publishers are kept.
const KEPT: usize = 4096;

#[derive(Default)]
pub(super) struct Publishers {
    kept: RwLock<Entries>,
}

#[derive(Default)]
struct Entries {
    /// Grows whenever what is kept is dropped, and when something may be kept again.
    generation: u64,
    /// A commit is about to change publishers: from its moment on, which nobody sees, the file alone is right.
    changing: bool,
    by_id: HashMap<String, Publisher>,
}

impl Publishers {
    /// The publisher, and the generation to name when keeping one that has to be read.
    pub(super) fn get(&self, id: &str) -> (Option<Publisher>, u64) {
        let kept = self.kept.read();
        (kept.by_id.get(id).cloned(), kept.generation)
    }

    /// Keeps what was read, unless something changed since `generation`.
    pub(super) fn keep(&self, publisher: &Publisher, generation: u64) {
        let mut kept = self.kept.write();
        if kept.generation != generation || kept.changing {
            return;
        }
        if kept.by_id.len() >= KEPT {
            kept.by_id.clear();
        }
        kept.by_id.insert(publisher.id.clone(), publisher.clone());
    }

    /// Publishers are about to change. Only the writer says so, and it says when that is over.
    pub(super) fn changing(&self) {
        let mut kept = self.kept.write();
        kept.generation += 1;
        kept.changing = true;
        kept.by_id.clear();
    }

    /// They have changed, or not.
    pub(super) fn changed(&self) {
        let mut kept = self.kept.write();
        kept.generation += 1;
        kept.changing = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn publisher(seller_id: i64) -> Publisher {
        Publisher {
            id: "contoso".to_owned(),
            version: 1,
            display_text: "Contoso".to_owned(),
            seller_id,
            offer_type_categories: Vec::new(),
            seller_contact: None,
            migrated: true,
            self_review: true,
        }
    }

    #[test]
    fn nothing_is_kept_that_was_read_before_a_change_was_over() {
        let publishers = Publishers::default();
        let (none, before) = publishers.get("contoso");
        assert!(none.is_none());
        publishers.changing();
        publishers.keep(&publisher(1), before);
        let (none, during) = publishers.get("contoso");
        assert!(none.is_none());
        publishers.keep(&publisher(1), during);
        assert!(publishers.get("contoso").0.is_none());
        publishers.changed();
        for generation in [before, during] {
            publishers.keep(&publisher(1), generation);
            assert!(publishers.get("contoso").0.is_none());
        }
        let (_, after) = publishers.get("contoso");
        publishers.keep(&publisher(2), after);
        assert_eq!(publishers.get("contoso").0.unwrap().seller_id, 2);
        publishers.changing();
        assert!(publishers.get("contoso").0.is_none());
    }
}
