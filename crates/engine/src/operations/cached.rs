//! An operation for many readers: decoded once, and rendered once.

use std::sync::Arc;

use parking_lot::Mutex;
use signoff_lifecycle::ids::{OfferKey, PublisherTime};
use signoff_lifecycle::operation::Operation;

/// An operation as it stands, and room for what was rendered of it.
pub struct CachedOperation {
    /// The offer.
    pub key: OfferKey,
    /// The operation.
    pub operation: Operation,
    rendered: Mutex<Option<Rendered>>,
}

/// What a reader gets, and until when it is so.
#[derive(Clone)]
pub struct Rendered {
    /// The body of the reply.
    pub body: Arc<[u8]>,
    /// The entity tag of these bytes.
    pub tag: Arc<str>,
    /// From this moment on (on the publisher's clock) it has to be rendered anew: progress shows.
    pub until: PublisherTime,
}

impl CachedOperation {
    pub(crate) fn new(key: OfferKey, operation: Operation) -> Self {
        Self { key, operation, rendered: Mutex::new(None) }
    }

    /// What was rendered last, or what `render` makes of the operation now.
    pub fn rendered(&self, now: PublisherTime, render: impl FnOnce(&Self) -> Rendered) -> Rendered {
        let mut kept = self.rendered.lock();
        if let Some(rendered) = kept.as_ref().filter(|rendered| now < rendered.until) {
            return rendered.clone();
        }
        let rendered = render(self);
        *kept = Some(rendered.clone());
        rendered
    }
}
