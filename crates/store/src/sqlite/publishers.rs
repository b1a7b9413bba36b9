//! Publishers as they are read most: every publish asks for its own.
//!
//! What is kept is never behind the file: it is dropped after the commit that changes a publisher and before that
//! is answered, and a reader that read before the commit finds that it came too late.

use std::collections::HashMap;

use parking_lot::RwLock;

use crate::contract::Publisher;

/// At most so many publishers are kept.
const KEPT: usize = 4096;

#[derive(Default)]
pub(super) struct Publishers {
    kept: RwLock<Kept>,
}

#[derive(Default)]
struct Kept {
    /// Grows whenever what is kept is dropped.
    generation: u64,
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
        if kept.generation != generation {
            return;
        }
        if kept.by_id.len() >= KEPT {
            kept.by_id.clear();
        }
        kept.by_id.insert(publisher.id.clone(), publisher.clone());
    }

    /// Publishers changed.
    pub(super) fn clear(&self) {
        let mut kept = self.kept.write();
        kept.generation += 1;
        kept.by_id.clear();
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
        }
    }

    #[test]
    fn what_was_read_before_a_change_is_not_kept_after_it() {
        let publishers = Publishers::default();
        let (none, generation) = publishers.get("contoso");
        assert!(none.is_none());
        publishers.clear();
        publishers.keep(&publisher(1), generation);
        assert!(publishers.get("contoso").0.is_none());
        let (_, generation) = publishers.get("contoso");
        publishers.keep(&publisher(2), generation);
        assert_eq!(publishers.get("contoso").0.unwrap().seller_id, 2);
        publishers.clear();
        assert!(publishers.get("contoso").0.is_none());
    }
}
