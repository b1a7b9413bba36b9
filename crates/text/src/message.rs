//! Messages: each variant of an enum is one key of the locale files, its fields are the arguments. [`messages!`] defines
//! an enum of this crate, [`words!`] gives words to one of the core's.
//!
//! To add a message, add a variant to its enum and its key to the same file of every language; the tests
//! render every variant in every language and fail for a key, an argument or a language that is missing.

use std::fmt;

use fluent_templates::fluent_bundle::FluentValue;
use signoff_lifecycle::ids::OperationId;
use signoff_lifecycle::offer::OfferStatus;
use signoff_lifecycle::operation::{Goal, Kind, StepState};
use signoff_lifecycle::refusal::Reference;

use crate::{CallerKind, Lang};

/// What can be said to a person, in each language.
pub trait Words: fmt::Debug + Send + Sync {
    /// The sentence or two in this language.
    fn render(&self, lang: Lang) -> String;
}

/// The arguments of one message, by the names that the locale files use.
pub(crate) type Args = Vec<(&'static str, FluentValue<'static>)>;

/// Makes text that came from outside fit to stand in a message.
pub(crate) type Clean = fn(&str) -> String;

/// The number that stands for an absent text or an empty list: a locale file can select on it (`[0]`), and
/// no text is ever equal to a number.
const ABSENT: u8 = 0;

/// A type that a field of a message may have.
pub(crate) trait Argument {
    /// Appends what the locale files see of a field called `name`.
    fn append(&self, name: &'static str, clean: Clean, args: &mut Args);
}

impl Argument for String {
    fn append(&self, name: &'static str, clean: Clean, args: &mut Args) {
        args.push((name, clean(self).into()));
    }
}

impl Argument for Option<String> {
    fn append(&self, name: &'static str, clean: Clean, args: &mut Args) {
        match self {
            Some(text) => text.append(name, clean, args),
            None => args.push((name, ABSENT.into())),
        }
    }
}

/// A list is shown with one item a line.
impl Argument for Vec<String> {
    fn append(&self, name: &'static str, clean: Clean, args: &mut Args) {
        let items: Vec<String> = self.iter().map(|item| format!("- {}", clean(item))).collect();
        args.push((name, if items.is_empty() { ABSENT.into() } else { items.join("\n").into() }));
    }
}

/// A field that no sentence names.
impl Argument for () {
    fn append(&self, _name: &'static str, _clean: Clean, _args: &mut Args) {}
}

/// Leaves a field out of the words.
pub(crate) fn unsaid<T>(_field: &T) {}

/// A list within a sentence, with commas.
pub(crate) fn in_a_row(items: &[String]) -> String {
    items.join(", ")
}

impl Argument for OperationId {
    fn append(&self, name: &'static str, _clean: Clean, args: &mut Args) {
        args.push((name, self.to_string().into()));
    }
}

/// The id, under the name of the field, and what the operation does, as `kind`.
impl Argument for Reference {
    fn append(&self, name: &'static str, clean: Clean, args: &mut Args) {
        self.id.append(name, clean, args);
        let kind = match self.kind {
            Kind::Publish => "publish",
            Kind::GoLive => "goLive",
            Kind::Cancel { .. } => "cancel",
        };
        args.push(("kind", kind.into()));
    }
}

impl Argument for OfferStatus {
    fn append(&self, name: &'static str, _clean: Clean, args: &mut Args) {
        args.push((name, self.as_str().into()));
    }
}

/// The word of the wire for where a step stands.
impl Argument for StepState {
    fn append(&self, name: &'static str, _clean: Clean, args: &mut Args) {
        let word = match self {
            Self::NotStarted => "notStarted",
            Self::InProgress { .. } | Self::Propagating { .. } => "inProgress",
            Self::WaitingForApproval { .. } => "waitingForApproval",
            Self::WaitingForSignoff { .. } => "waitingForPublisherReview",
            Self::Complete { .. } | Self::Inherited { .. } => "complete",
            Self::Blocked { .. } => "blocked",
            Self::Rejected { .. } => "rejected",
            Self::Canceled { .. } => "canceled",
        };
        args.push((name, word.into()));
    }
}

impl Argument for Goal {
    fn append(&self, name: &'static str, _clean: Clean, args: &mut Args) {
        let word = match self {
            Self::Publish => "publish",
            Self::GoLive => "goLive",
        };
        args.push((name, word.into()));
    }
}

impl Argument for CallerKind {
    fn append(&self, name: &'static str, _clean: Clean, args: &mut Args) {
        args.push((name, self.word().into()));
    }
}

macro_rules! number_arguments {
    ($($number:ty),*) => { $(
        impl Argument for $number {
            fn append(&self, name: &'static str, _clean: Clean, args: &mut Args) {
                args.push((name, self.into()));
            }
        }
    )* };
}
number_arguments!(u32, u64, usize);

/// Defines an enum of messages. A variant reads `Name { field: Type } => "key"`.
///
/// Besides the enum it writes `parts`, the key and the arguments of a value, and for the tests `samples`,
/// every variant a few times.
macro_rules! messages {
    (
        $(#[$about_enum:meta])*
        pub enum $name:ident {
            $(
                $(#[$about:meta])*
                $variant:ident $({ $( $(#[$about_field:meta])* $field:ident : $kind:ty ),* $(,)? })? => $key:literal
            ),* $(,)?
        }
    ) => {
        $(#[$about_enum])*
        #[derive(Clone, Debug, Eq, PartialEq)]
        pub enum $name {
            $( $(#[$about])* $variant $({ $( $(#[$about_field])* $field: $kind ),* })? ),*
        }

        impl $name {
            /// The key of the message and its arguments, with every text passed through `clean`.
            pub(crate) fn parts(&self, clean: $crate::message::Clean) -> (&'static str, $crate::message::Args) {
                let mut args = $crate::message::Args::new();
                let key = match self {
                    $( Self::$variant $({ $($field),* })? => {
                        $($( $crate::message::Argument::append($field, stringify!($field), clean, &mut args); )*)?
                        $key
                    } )*
                };
                (key, args)
            }

            /// Every variant, with few, some and many of what can be counted.
            #[cfg(test)]
            pub(crate) fn samples() -> Vec<Self> {
                use $crate::sample::{ROUNDS, Sample};
                (0..ROUNDS)
                    .flat_map(|_round| [
                        $( Self::$variant $({ $( $field: Sample::sample(stringify!($field), _round) ),* })? ),*
                    ])
                    .collect()
            }
        }
    };
}
pub(crate) use messages;

/// Gives words to an enum of the core. A variant reads `Name { field, field: shape } => "key"` and names every field. A
/// field is the argument of its name; `shape` makes another value of it first, or none ([`unsaid`]). `with` adds arguments
/// that are no fields, from a second value. The key may be an expression of the fields.
///
/// It writes `parts`, the key and the arguments of a value, and for the tests `samples`, every variant a few times.
macro_rules! words {
    (
        $type:ident $(, $call:ident : $context:ident)?;
        $(
            $variant:ident
            $({ $( $field:ident $(: $shape:ident)? ),* $(,)? })?
            $(with { $( $more:ident : $from:expr ),* })?
            => $key:expr
        ),* $(,)?
    ) => {
        /// The key of the message and its arguments, with every text passed through `clean`.
        pub(crate) fn parts(
            value: &$type,
            $( $call: &$context, )?
            clean: $crate::message::Clean,
        ) -> (&'static str, $crate::message::Args) {
            let mut args = $crate::message::Args::new();
            let key = match value {
                $( $type::$variant $({ $($field),* })? => {
                    $($( words!(@append $field $($shape)?, clean, args); )*)?
                    $($( $crate::message::Argument::append(&$from, stringify!($more), clean, &mut args); )*)?
                    $key
                } )*
            };
            (key, args)
        }

        /// Every variant, with few, some and many of what can be counted.
        #[cfg(test)]
        pub(crate) fn samples() -> Vec<$type> {
            use $crate::sample::{ROUNDS, Sample};
            (0..ROUNDS)
                .flat_map(|_round| [
                    $( $type::$variant $({ $( $field: Sample::sample(stringify!($field), _round) ),* })? ),*
                ])
                .collect()
        }
    };
    (@append $field:ident, $clean:ident, $args:ident) => {
        $crate::message::Argument::append($field, stringify!($field), $clean, &mut $args)
    };
    (@append $field:ident $shape:ident, $clean:ident, $args:ident) => {
        $crate::message::Argument::append(&$shape($field), stringify!($field), $clean, &mut $args)
    };
}
pub(crate) use words;
