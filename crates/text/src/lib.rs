//! Every sentence signoff says to a person, in six languages, behind typed functions.
