# A PostgreSQL server on a new data directory, for as long as standard input is open. Called with `bash -c "$SCRIPT"`, where
# SCRIPT is this text, PORT a free port of the loopback address and OPTIONS more options of the server. Says `ready` when it
# answers, else what is wrong.
set -e
# Debian keeps the programs out of the path.
newest=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
export PATH="${newest:+$newest:}$PATH"
if [ "$(id -u)" = 0 ]; then
    # The server refuses to run as root.
    id postgres >/dev/null 2>&1 || { echo "the user postgres is missing: install the Debian package postgresql"; exit 1; }
    cd /
    exec runuser -u postgres -- env SCRIPT="$SCRIPT" PORT="$PORT" OPTIONS="$OPTIONS" bash -c "$SCRIPT"
fi
command -v initdb >/dev/null || { echo "initdb is missing: install PostgreSQL 13 or newer (Debian: postgresql)"; exit 1; }
folder=$(mktemp -d "${TMPDIR:-/tmp}/signoff-postgres-XXXXXX")
cd "$folder"
trap 'cd /; rm -rf "$folder"' EXIT
initdb --pgdata=data --auth=trust --username=postgres --no-sync >log 2>&1 || { cat log; exit 1; }
postgres -D data -p "$PORT" -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off \
    -c max_connections=300 -c log_min_messages=fatal $OPTIONS >log 2>&1 </dev/null &
server=$!
trap 'kill -INT $server 2>/dev/null; wait $server; cd /; rm -rf "$folder"' EXIT
until pg_isready --quiet --host=127.0.0.1 --port="$PORT"; do
    kill -0 $server 2>/dev/null || { cat log; exit 1; }
    sleep 0.05
done
echo ready
read -r _ || true
