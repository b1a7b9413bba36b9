//! Third parties that do steps of pipelines, as the settings name them: where they are, what they are asked, and
//! how both sides know each other (`docs/webhooks.md`).
//!
//! This crate speaks with them and knows no store: the engine decides when one is asked, and what its answer changes.
//! To tell a third party one thing more, add a member to `Data` in `message.rs` and fill it in `hooks.rs`; a new setting
//! of a hook is a field of [`HookSettings`], checked in `settings.rs`.

mod hooks;
mod log;
mod message;
mod settings;
mod signature;
mod transport;

pub use hooks::{Hooks, Question};
pub use message::{BadAnswer, HookAnswer, LONGEST_TEXT, MOST_FINDINGS};
pub use settings::{BadHook, HookSettings, HookedStep};
pub use signature::{BadSecret, HookSecret, Signed};
pub use transport::{HookReply, HookRequest, HookTransport, HttpTransport, LARGEST_REPLY, NoAnswer};
