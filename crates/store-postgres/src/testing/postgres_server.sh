# A PostgreSQL server on a new data directory, for as long as standard input is open. Called with `bash -c "$SCRIPT"`, where
# SCRIPT is this text and PORT a free port of the loopback address. Says `ready` when it answers, else what is wrong.
#
# Tests of failures ask for more. By variables:
#   FOLLOW    the port of a server to copy and to follow, instead of a database that is empty
#   DISK      a disk of its own that is so small, e.g. 96M
#   OPTIONS   more arguments of the server
#   SETUP     shell commands that are run beside the new directory `data`
# By lines on standard input, each of which is answered at last by `done` or `failed`:
#   kill      ends all its processes at once, with SIGKILL
#   start     starts it again
#   promote   lets it follow nobody any more
#   fill      leaves no room on its disk
#   free      makes room again
#   alive     fails when its first process has ended
#   sql TEXT  has a statement carried out, and says its rows
set -e
# Debian keeps the programs out of the path.
newest=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
export PATH="${newest:+$newest:}$PATH"
# In a mount namespace of our own nobody else sees what is mounted here, and it is gone with the last process.
mount_disk='mount -t tmpfs -o "size=$DISK,mode=1777" signoff /mnt'
if [ -n "$DISK" ] && [ -z "$ROOM" ] && unshare --mount bash -c "$mount_disk" 2>/dev/null; then
    ROOM=/mnt exec unshare --mount bash -c "$mount_disk"' && exec bash -c "$SCRIPT"'
fi
if [ "$(id -u)" = 0 ]; then
    # The server refuses to run as root.
    id postgres >/dev/null 2>&1 || { echo "the user postgres is missing: install the Debian package postgresql"; exit 1; }
    cd /
    exec runuser -u postgres -- env SCRIPT="$SCRIPT" PORT="$PORT" FOLLOW="$FOLLOW" DISK="$DISK" ROOM="$ROOM" \
        OPTIONS="$OPTIONS" SETUP="$SETUP" bash -c "$SCRIPT"
fi
if [ -n "$DISK" ] && [ -z "$ROOM" ]; then
    # Who mounts is root in a namespace of users; the server must not be, and gets one more.
    nobody='unshare --user --map-user=1000 --map-group=1000'
    if unshare --user --map-root-user --mount bash -c "$mount_disk && $nobody true" 2>/dev/null; then
        ROOM=/mnt exec unshare --user --map-root-user --mount bash -c "$mount_disk && exec $nobody"' bash -c "$SCRIPT"'
    fi
fi
command -v initdb >/dev/null || { echo "initdb is missing: install PostgreSQL 13 or newer (Debian: postgresql)"; exit 1; }
folder=$(mktemp -d "${ROOM:-${TMPDIR:-/tmp}}/signoff-postgres-XXXXXX")
cd "$folder"
trap 'cd /; rm -rf "$folder"' EXIT

create() {
    if [ -n "$FOLLOW" ]; then
        pg_basebackup --pgdata=data --dbname="host=127.0.0.1 port=$FOLLOW user=postgres" --write-recovery-conf \
            --checkpoint=fast --no-sync
    else
        # Small segments of the log: a small disk has room for some of them.
        initdb --pgdata=data --auth=trust --username=postgres --no-sync ${DISK:+--wal-segsize=1}
    fi
}

# What is written survives the end of any process: the operating system has it. So nothing is synchronised.
serve() {
    postgres -D data -p "$PORT" -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off \
        -c max_connections=300 -c log_min_messages=fatal -c dynamic_shared_memory_type=mmap $OPTIONS >>log 2>&1 </dev/null &
    server=$!
    until pg_isready --quiet --host=127.0.0.1 --port="$PORT"; do
        kill -0 $server 2>/dev/null || return 1
        sleep 0.05
    done
}

children() { pgrep -P "$server" || true; }

# Held still, the first process puts nothing in the place of what dies.
kill_all() {
    kill -STOP "$server"
    kill -KILL $(children) "$server"
    { wait "$server" || true; } 2>/dev/null
}

# Without a disk of its own no file may grow, which the server takes for a full disk as well.
limit_files() {
    # Who is started from now on inherits it.
    prlimit --pid "$server" --fsize="$1":
    for process in $(children); do
        # Some end meanwhile.
        prlimit --pid "$process" --fsize="$1": 2>/dev/null || ! kill -0 "$process" 2>/dev/null || return 1
    done
}

fill() {
    if [ -z "$ROOM" ]; then limit_files 0; return; fi
    for size in 1M 4k 1; do dd if=/dev/zero bs=$size >>ballast 2>/dev/null || true; done
}

free() {
    if [ -z "$ROOM" ]; then ! kill -0 $server 2>/dev/null || limit_files unlimited; return; fi
    rm -f ballast
}

sql() { psql --no-psqlrc --quiet --no-align --tuples-only --host=127.0.0.1 --port="$PORT" --username=postgres "$@"; }

finish() {
    kill -QUIT "$server" 2>/dev/null || true
    wait "$server" || true
    # After a kill -9 this is still there.
    left=$(sed -n '7s/.* //p' data/postmaster.pid 2>/dev/null) && [ -z "$left" ] || ipcrm -m "$left" 2>/dev/null || true
    cd /
    rm -rf "$folder"
}

create >log 2>&1 || { cat log; exit 1; }
eval "$SETUP"
serve || { cat log data/log/* 2>/dev/null; exit 1; }
trap finish EXIT
[ -z "$DISK" ] || echo "disk: $([ -n "$ROOM" ] && echo "a file system of $DISK" || echo "files that may not grow")"
echo ready
while read -r command text; do
    case $command in
    kill) kill_all ;;
    start) serve || { cat log; false; } ;;
    promote) pg_ctl promote --pgdata=data --wait >/dev/null ;;
    fill) fill ;;
    free) free ;;
    alive) kill -0 "$server" 2>/dev/null ;;
    sql) sql --command="$text" 2>&1 ;;
    *) echo "no such command: $command"; false ;;
    esac && echo "done" || echo failed
done
