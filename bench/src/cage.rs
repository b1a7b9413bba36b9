//! A bound on the processor time of a child, kept by the kernel: a control group with a quota.

use std::fs;
use std::path::{Path, PathBuf};

use crate::Error;

/// The quota is counted over so many microseconds.
const PERIOD: u32 = 100_000;
/// Where control groups of version 2 are, and the processor's of version 1.
const ROOTS: [(&str, Version); 3] = [
    ("/sys/fs/cgroup/cpu", Version::One),
    ("/sys/fs/cgroup", Version::Two),
    ("/sys/fs/cgroup/unified", Version::Two),
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Version {
    One,
    Two,
}

/// A control group, removed when dropped; whoever is in it must have ended before.
pub(crate) struct Cage {
    folder: PathBuf,
}

impl Cage {
    /// A group named `name` whose members have `share` of one core among them.
    ///
    /// # Errors
    /// If this machine lets nobody make one.
    pub(crate) fn new(name: &str, share: f64) -> Result<Self, Error> {
        let mut problems = Vec::new();
        for (root, version) in ROOTS {
            match make(Path::new(root), version, name, share) {
                Ok(folder) => return Ok(Self { folder }),
                Err(problem) => problems.push(format!("{root}: {problem}")),
            }
        }
        Err(format!("no control group can bound the processor: {}", problems.join("; ")).into())
    }

    /// Puts the process with this id into the group.
    pub(crate) fn hold(&self, process: u32) -> Result<(), Error> {
        Ok(fs::write(self.folder.join("cgroup.procs"), process.to_string())?)
    }
}

fn make(root: &Path, version: Version, name: &str, share: f64) -> Result<PathBuf, Error> {
    let (mark, file, quota) = match version {
        Version::Two => {
            ("cgroup.controllers", "cpu.max", format!("{:.0} {PERIOD}", share * f64::from(PERIOD)))
        }
        Version::One => ("cpu.cfs_quota_us", "cpu.cfs_quota_us", format!("{:.0}", share * f64::from(PERIOD))),
    };
    if !root.join(mark).exists() {
        return Err("not there".into());
    }
    if version == Version::Two {
        let control = root.join("cgroup.subtree_control");
        if !fs::read_to_string(&control)?.split_whitespace().any(|controller| controller == "cpu") {
            fs::write(control, "+cpu")?;
        }
    }
    let folder = root.join(format!("signoff-bench-{}-{name}", std::process::id()));
    fs::create_dir(&folder)?;
    let limited = fs::write(folder.join(file), quota);
    if let Err(error) = limited {
        let _ = fs::remove_dir(&folder);
        return Err(error.into());
    }
    Ok(folder)
}

impl Drop for Cage {
    fn drop(&mut self) {
        // A group that is left behind costs nothing, and the next run makes another.
        let _ = fs::remove_dir(&self.folder);
    }
}
