//! Publishers as they are read most: every publish asks for its own.

use signoff_store::cache::{Cache, Slot};
use signoff_store::contract::Publisher;

/// At most so many publishers are kept.
const KEPT: usize = 4096;

/// Never behind the file: nothing is kept from before a commit that changes publishers until after it.
pub(super) struct Publishers(Cache<String, Publisher>);

impl Default for Publishers {
    fn default() -> Self {
        Self(Cache::new(KEPT))
    }
}

impl Publishers {
    /// The publisher, or a slot for what the file says.
    pub(super) fn get(&self, id: &str) -> Result<Publisher, Slot<'_, String, Publisher>> {
        self.0.get(id)
    }

    /// Publishers are about to change. Only the writer says so, and it says when that is over.
    pub(super) fn changing(&self) {
        self.0.close();
    }

    /// They have changed, or not.
    pub(super) fn changed(&self) {
        self.0.open();
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
        let before = publishers.get("contoso").unwrap_err();
        publishers.changing();
        let during = publishers.get("contoso").unwrap_err();
        // A change that is tried once more says so once more.
        publishers.changing();
        publishers.changed();
        for slot in [before, during] {
            slot.fill(publisher(1));
            assert!(publishers.get("contoso").is_err());
        }
        publishers.get("contoso").unwrap_err().fill(publisher(2));
        assert_eq!(publishers.get("contoso").unwrap().seller_id, 2);
        publishers.changing();
        assert!(publishers.get("contoso").is_err());
    }
}
