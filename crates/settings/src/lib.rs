//! The settings: flags over `SIGNOFF_*` over the TOML file over what is built in, and what every one of them means.
//!
//! [`Config::load`] reads what a server needs; a setting that cannot be used is a [`BadSetting`], which names the setting
//! and what helps. `setting/rows.rs` describes every setting of server and client once, for `--help` and for
//! docs/settings.md.
//!
//! To add a setting of the server, write its row in `setting/rows.rs`, its flag in [`ServeOptions`] or its key in the form
//! of the file (`config.rs` and `config/`), and the value that becomes of both in [`Config`]. A test of the program finds
//! a flag or a key without a row. Then `cargo xtask generate` writes the page anew.

mod config;
mod log;
mod setting;
mod store_address;

pub use config::{
    BadSetting, Config, DatabaseOptions, File, HookFile, IdentityFile, LimitsFile, MailFile, QuotaFile,
    ServeOptions, StoreSettings, TlsConfig, WebOptions, bad, caution, secret, variable, with_password,
};
pub use log::{Format, LogSettings};
pub use setting::{Setting, all, help_of, page};
pub use store_address::{BadAddress, StoreAddress};
