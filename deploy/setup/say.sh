# Sourced: how the setup scripts speak.
# Progress goes to stderr, so that a script's stdout stays its result.
# shellcheck disable=SC2154  # places.sh sets the folder of the logs

say() { printf '==> %s\n' "$*" >&2; }

fail() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

# took SECONDS → "42 s" or "3 min 05 s".
took() {
  if [ "$1" -lt 60 ]; then printf '%d s' "$1"; else printf '%d min %02d s' $(($1 / 60)) $(($1 % 60)); fi
}

# logged NAME COMMAND…: runs the command with its output in a log file and a sign of life while it works.
# On failure: the log's last 30 lines and its path.
logged() {
  local name=$1 log start=$SECONDS beat status=0
  shift
  mkdir -p "$logs"
  log="$logs/$name.log"
  pulse "$log" &
  beat=$!
  # Ctrl-C ends the command and this script; the pulse would outlive both.
  # shellcheck disable=SC2064  # the process id is known now and gone later
  trap "kill $beat 2>/dev/null" EXIT
  "$@" >"$log" 2>&1 </dev/null || status=$?
  kill "$beat" 2>/dev/null || true
  wait "$beat" 2>/dev/null || true
  trap - EXIT
  if [ -t 2 ]; then printf '\r\033[K' >&2; fi
  if [ "$status" -ne 0 ]; then
    printf -- '--- last lines of %s\n' "$log" >&2
    tail -n 30 "$log" >&2
    return "$status"
  fi
  say "$name: done in $(took $((SECONDS - start)))"
}

# The last line of the log beside the time: in place on a terminal, every 30 s elsewhere.
pulse() {
  local log=$1 start=$SECONDS age
  while sleep 1 && kill -0 $$ 2>/dev/null; do
    age=$((SECONDS - start))
    if [ -t 2 ]; then
      printf '\r\033[K    %s  %s' "$(took "$age")" "$(tail -n 1 "$log" 2>/dev/null | cut -c 1-60)" >&2
    elif [ $((age % 30)) -eq 0 ] && [ "$age" -gt 0 ]; then
      printf '    %s  %s\n' "$(took "$age")" "$(tail -n 1 "$log" 2>/dev/null | cut -c 1-100)" >&2
    fi
  done
}
