#!/usr/bin/env bash
# All tests, step by step; stops at the first that fails and says which and after how long.
# With --all also the tests that measure for minutes, and the proof of every mistake.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. deploy/setup/say.sh

report=""

step() {
  local name=$1 start=$SECONDS status=0
  shift
  say "$name: $*"
  "$@" || status=$?
  if [ "$status" -ne 0 ]; then
    say "FAILED: $name, after $(took $((SECONDS - start))); passed before:${report:- nothing}"
    exit "$status"
  fi
  report="$report $name $(took $((SECONDS - start))) ·"
}

browser() {
  local found
  found=$(deploy/setup/browser.sh) && eval "$found"
}

step setup deploy/setup/rust.sh --lints
step postgres deploy/setup/postgres.sh
step ui deploy/setup/ui.sh
step browser browser
step lint deploy/setup/lint.sh
step lab cargo test ${CI:+--locked} --manifest-path lab/Cargo.toml --target-dir lab/target
# What of the pages can be tested without a browser.
step pages cargo test ${CI:+--locked} -p brownout-ui --lib
step panel cargo test ${CI:+--locked}
if [ "${1:-}" = --all ]; then
  # All crates at once, as above: then nothing is compiled a second time.
  step slow cargo test ${CI:+--locked} --test local -- --ignored
  # What the tests above cannot afford: every other way of every case.
  step prove deploy/setup/brownout.sh prove --variants right,mistakes --beside 4
fi

say "All tests pass.$report $(took $SECONDS) in all."
