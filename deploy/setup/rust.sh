#!/usr/bin/env bash
# Cargo, a linker and a new enough compiler; with --lints also rustfmt and clippy.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. deploy/setup/say.sh
. deploy/setup/places.sh
. deploy/setup/packages.sh

command -v cargo >/dev/null 2>&1 || fail "cargo is not on PATH. Install Rust from https://rustup.rs, open a new shell, and try again."

wanted=$(sed -n 's/^rust-version = "\([0-9.]*\)".*/\1/p' Cargo.toml)
found=$(rustc --version | cut -d ' ' -f 2)
oldest=$(printf '%s\n%s\n' "$wanted" "${found%%-*}" | sort -t . -k 1,1n -k 2,2n -k 3,3n | head -n 1)
[ "$oldest" = "$wanted" ] || fail "rustc is $found; Brownout needs $wanted or newer. Run: rustup update stable"

if ! command -v cc >/dev/null 2>&1; then
  say "no C compiler: Rust needs one as its linker, SQLite is compiled by it"
  install_packages gcc libc6-dev || fail "install a C compiler: $(how_to_install 'gcc libc6-dev' gcc gcc)"
fi

if [ "${1:-}" = --lints ]; then
  missing=""
  cargo fmt --version >/dev/null 2>&1 || missing="rustfmt"
  cargo clippy --version >/dev/null 2>&1 || missing="$missing clippy"
  if [ -n "$missing" ]; then
    say "adding to the toolchain: $missing"
    # shellcheck disable=SC2086  # one word a component
    logged rustup-components rustup component add $missing || fail "install $missing for $(rustc --version)"
  fi
fi
