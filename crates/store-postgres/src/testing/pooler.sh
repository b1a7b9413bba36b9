# PgBouncer before a PostgreSQL server, for as long as standard input is open. Called with `bash -c "$SCRIPT"`, where SCRIPT is
# this text, PORT a free port of the loopback address, SERVER the port of the PostgreSQL server there, and MODE how sessions are
# lent: `session`, `transaction` or `statement`. Says `ready` when it listens, else what is wrong.
set -e
# Debian keeps the program out of the path of those who are not root.
export PATH="$PATH:/usr/sbin"
if [ "$(id -u)" = 0 ]; then
    # It refuses to run as root.
    id postgres >/dev/null 2>&1 || { echo "the user postgres is missing: install the Debian package postgresql"; exit 1; }
    cd /
    exec runuser -u postgres -- env SCRIPT="$SCRIPT" PORT="$PORT" SERVER="$SERVER" MODE="$MODE" bash -c "$SCRIPT"
fi
command -v pgbouncer >/dev/null || { echo "pgbouncer is missing: install PgBouncer (Debian: pgbouncer)"; exit 1; }
folder=$(mktemp -d "${TMPDIR:-/tmp}/signoff-pooler-XXXXXX")
cd "$folder"
trap 'cd /; rm -rf "$folder"' EXIT
echo '"postgres" ""' >users
cat >pgbouncer.ini <<END
[databases]
* = host=127.0.0.1 port=$SERVER
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = $PORT
unix_socket_dir =
auth_type = trust
auth_file = users
pool_mode = $MODE
END
pgbouncer pgbouncer.ini >log 2>&1 </dev/null &
pooler=$!
trap 'kill "$pooler" 2>/dev/null; wait "$pooler" || true; cd /; rm -rf "$folder"' EXIT
until (exec 3<>"/dev/tcp/127.0.0.1/$PORT") 2>/dev/null; do
    kill -0 "$pooler" 2>/dev/null || { cat log; exit 1; }
    sleep 0.05
done
echo ready
while read -r _; do :; done
