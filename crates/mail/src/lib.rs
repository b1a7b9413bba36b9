//! Mail: letters of the outbox become messages and go to a mail server.
//!
//! A transition writes its letters in its own transaction; [`Deliverer`] claims those that are due, puts them
//! into words with [`render()`] and hands them to a [`Carrier`]. A letter is sent at least once: when it is
//! sent again after a crash or a cut connection, its `Message-ID` is the same, by which mailboxes tell copies.
//!
//! To send a letter about one more event, add the event to `signoff_lifecycle::decision::Event` and its sentences to
//! `signoff_text::MailText`, and join the two in `render.rs`. Another way to the recipients is another [`Carrier`].

mod deliver;
mod render;
mod settings;
#[cfg(test)]
mod tests;
mod transport;

use signoff_lifecycle::ids::{PublisherTime, RealTime};

pub use deliver::{Deliverer, DeliverySettings};
pub use render::{Rendered, render};
pub use settings::{Encryption, MailSettings, Secret, SettingsError};
pub use transport::{Carrier, SendError, Transport};

/// The time, as delivery needs to know it.
pub trait Clock: Send + Sync {
    /// The real time, which is that of publishers whose clock is not set.
    fn now(&self) -> RealTime;

    /// The time of each publisher whose test clock is ahead.
    fn clocks(&self) -> Vec<(String, PublisherTime)>;
}
