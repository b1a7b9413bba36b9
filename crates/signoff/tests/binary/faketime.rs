//! Processes that see another time than this machine's.

use std::path::PathBuf;

/// The library that lets a process see another time.
fn library() -> PathBuf {
    let of_architectures = std::fs::read_dir("/usr/lib").into_iter().flatten().flatten();
    let folders = ["/usr/lib", "/usr/lib64"].map(PathBuf::from).into_iter();
    let folders = folders.chain(of_architectures.map(|entry| entry.path()));
    let mut files = folders.map(|folder| folder.join("faketime/libfaketimeMT.so.1"));
    files
        .find(|file| file.is_file())
        .expect("libfaketimeMT.so.1 is missing: install the Debian package faketime")
}

/// The variables of a process whose clock is wrong by `skew`, as libfaketime takes it.
pub(crate) fn variables(skew: &str) -> [(&'static str, String); 3] {
    [
        ("LD_PRELOAD", library().to_str().unwrap().to_owned()),
        ("FAKETIME", skew.to_owned()),
        // What measures how long something takes is right on any machine.
        ("FAKETIME_DONT_FAKE_MONOTONIC", "1".to_owned()),
    ]
}

/// Removes what libfaketime shares with its children, which is left by a process that is killed.
pub(crate) fn clear_up(process: i32) {
    for name in ["faketime_shm_", "sem.faketime_sem_"] {
        let _ = std::fs::remove_file(format!("/dev/shm/{name}{process}"));
    }
}
