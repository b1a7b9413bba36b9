//! Tells cargo that the locale folder is an input: the loader macro reads it, but cargo only learns of
//! the files that were there at the last build, so a new `.ftl` file would go unnoticed.

fn main() {
    println!("cargo::rerun-if-changed=locales");
}
