#!/usr/bin/env bash
# Private RabbitMQ and PostgreSQL servers for tests: on loopback, on free ports, with all their files in one folder,
# as many side by side as folders are named. A server started again on the same folder keeps its ports and its data.
# Only processes that this script started are ever signalled, by process id.
set -euo pipefail

usage() {
  cat >&2 <<'TEXT'
Usage: eng/test-servers.sh start DIR             both servers; prints the two variables to eval
       eng/test-servers.sh stop DIR              ends whatever runs in DIR
       eng/test-servers.sh start-rabbitmq DIR    one server; prints its variable
       eng/test-servers.sh start-postgres DIR
       eng/test-servers.sh stop-rabbitmq DIR     an orderly end
       eng/test-servers.sh stop-postgres DIR
       eng/test-servers.sh kill-rabbitmq DIR     SIGKILL: no warning, no flush
       eng/test-servers.sh kill-postgres DIR     SIGQUIT: backends drop at once, recovery at the next start
       eng/test-servers.sh install               apt-get installs what is missing of the two
       eng/test-servers.sh install-chromium      likewise the browser of the page test
       eng/test-servers.sh install-poppler       likewise poppler, which reads PDF, with its tables of Chinese characters
DIR must be below a path that other users may pass through: PostgreSQL runs as the user postgres.
RABBITMQ_PORT and POSTGRES_PORT fix the ports of a first start.
TEXT
  exit 2
}

say() { echo "test-servers: $*" >&2; }
fail() { say "$*"; exit 1; }

# --- installation ------------------------------------------------------------------------------------------------

# Debian's packages would start their own servers where an init system runs; ours are the only ones wanted.
apt_install() {
  command -v apt-get >/dev/null || fail "$* must be installed; apt-get, which would do it, is not here."
  [ "$(id -u)" = 0 ] || fail "$* must be installed; run as root, or: apt-get install $*"
  local policy=/usr/sbin/policy-rc.d own_policy=
  if [ ! -e "$policy" ]; then
    own_policy=1
    printf '#!/bin/sh\nexit 101\n' > "$policy"
    chmod 755 "$policy"
  fi
  say "installing $*"
  local get=(env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300 install -y --no-install-recommends "$@") done_=
  if "${get[@]}" >&2 2>&1 || { apt-get -q -o DPkg::Lock::Timeout=300 update >&2 && "${get[@]}" >&2 2>&1; }; then done_=1; fi
  [ -z "$own_policy" ] || rm -f "$policy"
  [ -n "$done_" ] || fail "apt-get could not install $*."
}

rabbitmq_program() { ls -d /usr/lib/rabbitmq/lib/rabbitmq_server-*/sbin/rabbitmq-server 2>/dev/null | tail -n 1; }
postgres_bin() { ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1; }
need_rabbitmq() { [ -n "$(rabbitmq_program)" ] || apt_install rabbitmq-server; }
need_postgres() { [ -n "$(postgres_bin)" ] && [ -x "$(postgres_bin)/initdb" ] || apt_install postgresql; }

# --- processes ---------------------------------------------------------------------------------------------------

# A pid file holds "pid start-time": a number that the system gave to another process since does not match.
start_time() { sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f20; }
remember() { echo "$2 $(start_time "$2")" > "$1"; }
running_pid() {
  local pid began
  [ -f "$1" ] || return 1
  read -r pid began < "$1" || return 1
  [ -n "$began" ] && [ "$(start_time "$pid")" = "$began" ] && [ "$(sed 's/.*) //' "/proc/$pid/stat" | cut -d' ' -f1)" != Z ] && echo "$pid"
}
wait_gone() { # pid-file seconds
  local i
  for ((i = 0; i < $2 * 10; i++)); do
    running_pid "$1" >/dev/null || { rm -f "$1"; return 0; }
    sleep 0.1
  done
  return 1
}
end_process() { # pid-file signal seconds
  local pid
  pid=$(running_pid "$1") || { rm -f "$1"; return 0; }
  kill "-$2" "$pid" 2>/dev/null || true
  wait_gone "$1" "$3" && return 0
  say "process $pid did not end after SIG$2; killing it"
  kill -KILL "$pid" 2>/dev/null || true
  wait_gone "$1" 10 || fail "process $pid cannot be ended"
}

# --- ports -------------------------------------------------------------------------------------------------------

# Below the ephemeral range, so that no outgoing connection takes one between choice and use. A claim is a folder,
# made atomically, that names the DIR it serves; it lapses with that DIR.
claims="${TMPDIR:-/tmp}/consortium-test-ports"
listening() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
claim_port() { # DIR
  local port holder
  mkdir -p -m 1777 "$claims" 2>/dev/null || true
  while :; do
    port=$((20000 + (RANDOM * 32768 + RANDOM) % 12000))
    if [ -d "$claims/$port" ]; then
      holder=$(cat "$claims/$port/dir" 2>/dev/null || true)
      { [ -n "$holder" ] && [ ! -d "$holder" ]; } || continue
      rm -rf "${claims:?}/$port"
    fi
    mkdir "$claims/$port" 2>/dev/null || continue
    echo "$1" > "$claims/$port/dir"
    if listening "$port"; then rm -rf "${claims:?}/$port"; continue; fi
    echo "$port"
    return
  done
}
port_of() { # DIR name [wanted]
  local file="$1/$2.port"
  if [ ! -s "$file" ]; then
    if [ -n "${3:-}" ]; then echo "$3" > "$file"; else claim_port "$1" > "$file"; fi
  fi
  cat "$file"
}
release_ports() {
  local claim
  for claim in "$claims"/*/dir; do
    [ -f "$claim" ] && [ "$(cat "$claim")" = "$1" ] && rm -rf "$(dirname "$claim")"
  done
  return 0
}
secret_of() { # DIR name
  local file="$1/$2.secret"
  [ -s "$file" ] || (umask 077; od -An -N16 -tx1 /dev/urandom | tr -d ' \n' > "$file")
  cat "$file"
}
await_port() { # port pid-file log seconds
  local i
  for ((i = 0; i < $4 * 10; i++)); do
    listening "$1" && return 0
    if ! running_pid "$2" >/dev/null; then
      tail -n 40 "$3" >&2 || true
      fail "the server ended while starting (log above: $3)"
    fi
    sleep 0.1
  done
  tail -n 40 "$3" >&2 || true
  fail "nothing listens on port $1 after $4 s (log above: $3)"
}

# --- RabbitMQ ----------------------------------------------------------------------------------------------------

start_rabbitmq() {
  local dir=$1/rabbitmq port dist epmd_port user=consortium password node
  need_rabbitmq
  mkdir -p "$dir"
  port=$(port_of "$dir" amqp "${RABBITMQ_PORT:-}")
  dist=$(port_of "$dir" dist)
  epmd_port=$(port_of "$dir" epmd)
  password=$(secret_of "$dir" password)
  node="t$port@localhost"
  if ! running_pid "$dir/epmd.pid" >/dev/null; then
    # Started here rather than by the node: as the node's own it would outlive it, on every interface.
    setsid epmd -address 127.0.0.1 -port "$epmd_port" </dev/null >"$dir/epmd.log" 2>&1 &
    remember "$dir/epmd.pid" $!
    await_port "$epmd_port" "$dir/epmd.pid" "$dir/epmd.log" 10
  fi
  if ! running_pid "$dir/node.pid" >/dev/null; then
    cat > "$dir/rabbitmq.conf" <<CONF
listeners.tcp.1 = 127.0.0.1:$port
default_user = $user
default_pass = $password
loopback_users = none
vm_memory_high_watermark.absolute = 1GB
disk_free_limit.absolute = 50MB
log.file.level = warning
CONF
    echo '[].' > "$dir/plugins"
    # RUNNING_UNDER_SYSTEMD makes the script become the Erlang machine, so that the process id is the server's own.
    ERL_EPMD_ADDRESS=127.0.0.1 ERL_EPMD_PORT=$epmd_port HOME=$dir RUNNING_UNDER_SYSTEMD=1 \
      RABBITMQ_NODENAME=$node RABBITMQ_CONFIG_FILE=$dir/rabbitmq.conf RABBITMQ_MNESIA_BASE=$dir/mnesia \
      RABBITMQ_LOG_BASE=$dir/log RABBITMQ_DIST_PORT=$dist RABBITMQ_ENABLED_PLUGINS_FILE=$dir/plugins \
      RABBITMQ_CONF_ENV_FILE=$dir/none \
      RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="-kernel inet_dist_use_interface {127,0,0,1} +sbwt none +sbwtdcpu none +sbwtdio none" \
      setsid "$(rabbitmq_program)" </dev/null >"$dir/node.log" 2>&1 &
    remember "$dir/node.pid" $!
  fi
  await_port "$port" "$dir/node.pid" "$dir/node.log" 120
  # The listener opens last of all boot steps but one: the default user and its permissions are there by now.
  echo "CONSORTIUM_TEST_RABBITMQ=rabbitmq://$user:$password@127.0.0.1:$port/"
}
stop_rabbitmq() {
  local dir=$1/rabbitmq
  end_process "$dir/node.pid" TERM 30
  end_process "$dir/epmd.pid" TERM 5
}
kill_rabbitmq() { end_process "$1/rabbitmq/node.pid" KILL 10; }

# --- PostgreSQL --------------------------------------------------------------------------------------------------

# PostgreSQL refuses to run as root.
as_postgres() { if [ "$(id -u)" = 0 ]; then setpriv --reuid=postgres --regid=postgres --init-groups "$@"; else "$@"; fi; }

start_postgres() {
  local dir=$1/postgres port password bin
  need_postgres
  bin=$(postgres_bin)
  mkdir -p "$dir"
  [ "$(id -u)" != 0 ] || chown postgres: "$dir"
  as_postgres test -w "$dir" || fail "the user postgres cannot reach $dir: choose a folder below /tmp, or open the way with chmod o+x"
  port=$(port_of "$dir" sql "${POSTGRES_PORT:-}")
  password=$(secret_of "$dir" password)
  if ! running_pid "$dir/server.pid" >/dev/null; then
    if [ ! -f "$dir/data/PG_VERSION" ]; then
      [ "$(id -u)" != 0 ] || chown postgres: "$dir/password.secret"
      as_postgres "$bin/initdb" -D "$dir/data" -A scram-sha-256 -U consortium --pwfile="$dir/password.secret" \
        -E UTF8 --locale=C.UTF-8 >"$dir/initdb.log" 2>&1 || { cat "$dir/initdb.log" >&2; fail "initdb failed"; }
    fi
    # Durable as in production (fsync and synchronous_commit keep their defaults): tests kill this server.
    (cd / && exec setsid setpriv $([ "$(id -u)" = 0 ] && echo --reuid=postgres --regid=postgres --init-groups) \
      "$bin/postgres" -D "$dir/data" -p "$port" -c listen_addresses=127.0.0.1 -c unix_socket_directories= \
      -c max_connections=400 -c shared_buffers=64MB -c timezone=UTC -c log_timezone=UTC </dev/null >>"$dir/server.log" 2>&1) &
    remember "$dir/server.pid" $!
  fi
  await_port "$port" "$dir/server.pid" "$dir/server.log" 60
  local i
  for ((i = 0; ; i++)); do # the port is open while crash recovery still runs
    "$bin/pg_isready" -q -h 127.0.0.1 -p "$port" && break
    [ "$i" -lt 600 ] || fail "PostgreSQL does not become ready (log: $dir/server.log)"
    sleep 0.1
  done
  echo "CONSORTIUM_TEST_POSTGRES=postgres://consortium:$password@127.0.0.1:$port/postgres"
}
stop_postgres() { end_process "$1/postgres/server.pid" INT 30; } # SIGINT: fast shutdown
kill_postgres() { end_process "$1/postgres/server.pid" QUIT 10; } # SIGQUIT: no checkpoint, recovery at the next start

# --- commands ----------------------------------------------------------------------------------------------------

[ $# -ge 1 ] || usage
command=$1
case $command in
  install) need_rabbitmq; need_postgres; exit ;;
  install-chromium) [ -x /usr/bin/chromium ] || apt_install chromium; exit ;;
  install-poppler)
    command -v pdftotext >/dev/null || apt_install poppler-utils
    [ -d /usr/share/poppler/cMap ] || apt_install poppler-data
    exit ;;
esac
[ $# -eq 2 ] || usage
mkdir -p "$2"
dir=$(cd "$2" && pwd -P)
case $command in
  start) start_rabbitmq "$dir"; start_postgres "$dir" ;;
  stop) stop_rabbitmq "$dir"; stop_postgres "$dir"; release_ports "$dir/rabbitmq"; release_ports "$dir/postgres" ;;
  start-rabbitmq) start_rabbitmq "$dir" ;;
  stop-rabbitmq) stop_rabbitmq "$dir" ;;
  kill-rabbitmq) kill_rabbitmq "$dir" ;;
  start-postgres) start_postgres "$dir" ;;
  stop-postgres) stop_postgres "$dir" ;;
  kill-postgres) kill_postgres "$dir" ;;
  *) usage ;;
esac
