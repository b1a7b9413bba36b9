//! Programs on this machine: where they are.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// The file that `name` starts: itself if it is a path, else the first of that name in the folders of `path`.
pub(crate) fn find(name: &OsStr, path: &OsStr) -> Option<PathBuf> {
    let named = Path::new(name);
    if named.components().count() > 1 {
        return named.is_file().then(|| named.to_owned());
    }
    let with_ending = named.with_extension(std::env::consts::EXE_EXTENSION);
    std::env::split_paths(path)
        .flat_map(|folder| [folder.join(named), folder.join(&with_ending)])
        .find(|file| file.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_looked_up_and_a_path_is_taken() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("tool");
        std::fs::write(&file, "").unwrap();
        let path = std::env::join_paths([Path::new("/nonexistent"), folder.path()]).unwrap();
        assert_eq!(find(OsStr::new("tool"), &path), Some(file.clone()));
        assert_eq!(find(file.as_os_str(), OsStr::new("")), Some(file));
        assert_eq!(find(OsStr::new("tool"), OsStr::new("/nonexistent")), None);
        assert_eq!(find(OsStr::new("/nonexistent/tool"), &path), None);
    }
}
