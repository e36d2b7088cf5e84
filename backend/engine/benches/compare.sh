#!/usr/bin/env bash
# The engine beside oha, wrk and k6 (those that are installed) against nginx on loopback:
# requests per CPU-second of the generator (user + system), and how late the engine sent.
#
#   backend/engine/benches/compare.sh [arrivals a second, default 10000] [seconds, default 10]
#
# wrk has no rate: it sends as fast as it can over 64 connections, so its figure is the least that a request can cost.
# The machine should do nothing else meanwhile; nginx takes a core of its own.
# LOAD names the built example `load`; without it, it is built in release mode.
set -euo pipefail

rate=${1:-10000}
seconds=${2:-10}
root=$(cd "$(dirname "$0")/../../.." && pwd)

nginx=$(command -v nginx || { [ -x /usr/sbin/nginx ] && echo /usr/sbin/nginx; }) || {
  echo "nginx is not installed: apt-get install nginx-light" >&2
  exit 2
}
if [ -z "${LOAD:-}" ]; then
  (cd "$root" && cargo build --quiet --release -p brownout-engine --example load)
  LOAD="${CARGO_TARGET_DIR:-$root/target}/release/examples/load"
fi

dir=$(mktemp -d)
chmod 755 "$dir"
server=
end() {
  if [ -n "$server" ]; then
    kill "$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
  fi
  rm -rf "$dir"
}
trap end EXIT

# A free port: bound by nginx itself, tried until one is free.
begin() {
  cat >"$dir/nginx.conf" <<CONF
daemon off;
worker_processes 1;
pid $dir/nginx.pid;
error_log $dir/error.log warn;
events { worker_connections 4096; }
http {
  access_log off;
  keepalive_requests 100000000;
  client_body_temp_path $dir/body; proxy_temp_path $dir/proxy; fastcgi_temp_path $dir/fastcgi;
  uwsgi_temp_path $dir/uwsgi; scgi_temp_path $dir/scgi;
  server { listen 127.0.0.1:$1; location / { return 200 "ok"; } }
}
CONF
  "$nginx" -e "$dir/error.log" -p "$dir" -c "$dir/nginx.conf" 2>>"$dir/start.log" &
  server=$!
  for _ in $(seq 100); do
    if (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null && kill -0 "$server" 2>/dev/null; then return 0; fi
    kill -0 "$server" 2>/dev/null || return 1
    sleep 0.02
  done
  return 1
}
for _ in $(seq 20); do
  port=$((20000 + RANDOM % 10000))
  if begin "$port"; then break; fi
  server=
done
[ -n "$server" ] || { cat "$dir/start.log" "$dir/error.log" >&2; exit 1; }
url="http://127.0.0.1:$port/"

TIMEFORMAT='%U %S'
# cost <name> <command…>: its output is left in $dir/<name>, its CPU seconds in $dir/<name>.cpu.
cost() {
  local name=$1
  shift
  { time "$@" >"$dir/$name" 2>&1; } 2>"$dir/$name.cpu" || { echo "$name failed:"; tail -5 "$dir/$name"; }
}
# row <name> <requests> <note>
row() {
  awk -v name="$1" -v n="${2:-0}" -v note="$3" \
    '{ cpu = $1 + $2; printf "%-8s %10d %8.2f s %12.0f   %s\n", name, n, cpu, (cpu > 0 ? n / cpu : 0), note }' "$dir/$1.cpu"
}

printf '%s/s for %s s against nginx on %s\n\n' "$rate" "$seconds" "$url"
printf '%-8s %10s %10s %12s   %s\n' generator requests CPU 'per CPU-s' note

# What an engine with nothing to do costs is in it too: threads, a window a second.
cost engine "$LOAD" "$url" "$rate" "$seconds"
field() { awk -v key="$1" '$1 == key { print $2; exit }' "$dir/engine"; }
lag=$(sed -n '/^Generator/,$p' "$dir/engine" | awk '/p50|p99|latest/ { printf "%s %s %s  ", $1, $2, $3 }')
row engine "$(field answered)" "lag $lag dropped $(field dropped)"

if command -v oha >/dev/null; then
  cost oha oha -q "$rate" -z "${seconds}s" -c 100 --latency-correction --no-tui --output-format json "$url"
  row oha "$(grep -o '"200": *[0-9]*' "$dir/oha" | head -1 | grep -o '[0-9]*$')" ""
else
  echo "oha      not installed: cargo install --locked oha"
fi
if command -v wrk >/dev/null; then
  cost wrk wrk -t1 -c64 -d"${seconds}s" "$url"
  row wrk "$(awk '/requests in/ { print $1 }' "$dir/wrk")" "no rate: $(awk '/Requests\/sec/ { print $2 }' "$dir/wrk")/s"
else
  echo "wrk      not installed: apt-get install wrk"
fi
if command -v k6 >/dev/null; then
  cat >"$dir/k6.js" <<JS
import http from 'k6/http';
export const options = { discardResponseBodies: true, scenarios: { load: {
  executor: 'constant-arrival-rate', rate: $rate, timeUnit: '1s', duration: '${seconds}s', preAllocatedVUs: 200, maxVUs: 1000 } } };
export default () => { http.get('$url'); };
JS
  cost k6 k6 run --quiet "$dir/k6.js"
  row k6 "$(awk '/http_reqs/ { print $2 }' "$dir/k6")" "$(awk '/dropped_iterations/ { print "dropped " $2 }' "$dir/k6")"
else
  echo "k6       not installed: see k6.io"
fi
