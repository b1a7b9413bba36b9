//! Tells the service manager that the server is ready or stops (systemd, `Type=notify`): a datagram to the socket that
//! `NOTIFY_SOCKET` names. Without it no service manager asks.

/// The server answers.
pub(crate) fn ready() {
    tell("READY=1");
}

/// The server goes away.
pub(crate) fn stopping() {
    tell("STOPPING=1\nSTATUS=draining");
}

#[cfg(target_os = "linux")]
fn tell(state: &str) {
    if let Some(socket) = std::env::var_os("NOTIFY_SOCKET")
        && let Err(error) = linux::send(&socket, state)
    {
        tracing::warn!(%error, "the service manager could not be told {state:?}");
    }
}

#[cfg(not(target_os = "linux"))]
fn tell(_: &str) {}

#[cfg(target_os = "linux")]
mod linux {
    use std::ffi::OsStr;
    use std::io;
    use std::os::linux::net::SocketAddrExt as _;
    use std::os::unix::ffi::OsStrExt as _;
    use std::os::unix::net::{SocketAddr, UnixDatagram};

    /// Sends `state` to `socket`: a path, or a name of the abstract namespace behind an `@`.
    pub(super) fn send(socket: &OsStr, state: &str) -> io::Result<()> {
        let address = match socket.as_bytes() {
            [b'@', name @ ..] => SocketAddr::from_abstract_name(name)?,
            path => SocketAddr::from_pathname(OsStr::from_bytes(path))?,
        };
        UnixDatagram::unbound()?.send_to_addr(state.as_bytes(), &address).map(|_| ())
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn both_kinds_of_socket_are_reached() {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("notify");
            let name = format!("signoff-test-{}", std::process::id());
            let hidden = SocketAddr::from_abstract_name(&name).unwrap();
            let (by_path, by_name) = (UnixDatagram::bind(&path), UnixDatagram::bind_addr(&hidden));
            for (socket, of) in [(path.into_os_string(), by_path), (format!("@{name}").into(), by_name)] {
                send(&socket, "READY=1").unwrap();
                let (mut text, of) = ([0; 16], of.unwrap());
                let length = of.recv(&mut text).unwrap();
                assert_eq!(&text[..length], b"READY=1");
            }
            assert!(send(OsStr::new("/nobody/here"), "READY=1").is_err());
        }
    }
}
