//! What every setting is called and means, in one place: `--help`, docs/settings.md and the tests of the settings are
//! made of it.

mod page;
mod rows;
#[cfg(test)]
mod tests;

pub use page::page;

/// A setting of a server, of the client or of the program.
pub struct Setting {
    /// Its name: that of the key in the file, if it has one.
    name: &'static str,
    /// Whether a file may hold it.
    in_file: bool,
    /// Whether it is a flag of the command line.
    has_flag: bool,
    /// The variable, where it is not made of the name.
    variable: Variable,
    /// What holds unless something is said; empty: nothing.
    default: &'static str,
    /// What may be said, with the unit.
    values: &'static str,
    /// What it means, one sentence without its full stop.
    text: &'static str,
}

/// How the environment says it.
enum Variable {
    None,
    /// `SIGNOFF_` and the name.
    Usual,
    /// Another name.
    Named(&'static str),
    /// The same, or the name with `_FILE` behind it names a file that holds it.
    OrFile(&'static str),
}

/// Settings that belong together.
pub(crate) struct Group {
    title: &'static str,
    /// Where they are said and what they are for.
    intro: &'static str,
    settings: &'static [Setting],
}

impl Setting {
    /// A key of the file alone.
    const fn key(name: &'static str, text: &'static str) -> Self {
        let variable = Variable::None;
        Self { name, in_file: true, has_flag: false, variable, default: "", values: "", text }
    }

    /// A flag, a variable and a key of the file.
    const fn everywhere(name: &'static str, text: &'static str) -> Self {
        Self { has_flag: true, variable: Variable::Usual, ..Self::key(name, text) }
    }

    /// A flag and a variable.
    const fn flag(name: &'static str, text: &'static str) -> Self {
        Self { in_file: false, ..Self::everywhere(name, text) }
    }

    /// A variable.
    const fn variable(name: &'static str, text: &'static str) -> Self {
        Self { in_file: false, variable: Variable::Named(name), ..Self::key(name, text) }
    }

    /// A variable, or a file that the same name with `_FILE` behind it names.
    const fn secret(name: &'static str, text: &'static str) -> Self {
        Self { variable: Variable::OrFile(name), ..Self::variable(name, text) }
    }

    const fn called(mut self, variable: Variable) -> Self {
        self.variable = variable;
        self
    }

    const fn default(mut self, default: &'static str) -> Self {
        self.default = default;
        self
    }

    const fn values(mut self, values: &'static str) -> Self {
        self.values = values;
        self
    }

    /// Its name: that of the key in the file, if it has one.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Whether a file may hold it.
    pub fn is_in_file(&self) -> bool {
        self.in_file
    }

    /// The flag, without its two dashes.
    pub fn flag_name(&self) -> Option<String> {
        self.has_flag.then(|| self.name.replace('_', "-"))
    }

    /// The variable that says it.
    pub fn variable_name(&self) -> Option<String> {
        match self.variable {
            Variable::None => None,
            Variable::Usual => Some(format!("SIGNOFF_{}", self.name.replace('-', "_").to_uppercase())),
            Variable::Named(name) | Variable::OrFile(name) => Some(name.to_owned()),
        }
    }

    /// What `--help` says of it.
    fn help(&self) -> String {
        let mut help = self.text.replace('`', "");
        if !self.values.is_empty() {
            help = format!("{help}: {}", self.values.replace('`', ""));
        }
        if !self.default.is_empty() {
            help = format!("{help} [default: {}]", self.default.replace('`', ""));
        }
        help
    }
}

/// All settings, in the order in which they are shown.
pub fn all() -> impl Iterator<Item = &'static Setting> {
    rows::GROUPS.iter().flat_map(|group| group.settings)
}

/// What `--help` says of the option that `variable` says, too.
pub fn help_of(variable: &str) -> Option<String> {
    all().find(|setting| setting.variable_name().as_deref() == Some(variable)).map(Setting::help)
}
