//! Every sentence signoff says to a person, in six languages, behind typed functions.

mod lang;
mod loader;

pub use lang::Lang;
