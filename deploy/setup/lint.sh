#!/usr/bin/env bash
# Formatting and lints of both workspaces; licences, bans and unused dependencies where their tools are installed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. deploy/setup/say.sh
. deploy/setup/places.sh
. deploy/setup/wasm-env.sh

say "rustfmt"
cargo fmt --all --check
cargo fmt --manifest-path lab/Cargo.toml --check

say "clippy, panel"
cargo clippy ${CI:+--locked} --all-targets -- -D warnings
say "clippy, lab"
cargo clippy ${CI:+--locked} --manifest-path lab/Cargo.toml --target-dir lab/target --all-targets -- -D warnings

# Debian's compiler for wasm32 comes without clippy.
if has_wasm_std "$(rustc --print sysroot)"; then
  say "clippy, UI"
  cargo clippy ${CI:+--locked} -p brownout-ui --target wasm32-unknown-unknown --profile web \
    --target-dir "$web_target" -- -D warnings
else
  say "clippy, UI: skipped, the wasm32 target is not rustup's"
fi

# One library does the mathematics of TLS. A second one comes in by a default feature and takes a C compiler along.
say "TLS: ring alone"
tree=$(cargo tree ${CI:+--locked} --quiet --prefix none --edges normal,build --no-dedupe)
if grep -q '^aws-lc' <<<"$tree"; then
  echo "error: aws-lc came in; cargo tree -i aws-lc-rs says by whom" >&2
  exit 1
fi

if cargo deny --version >/dev/null 2>&1; then
  say "cargo-deny: bans, licences, sources"
  cargo deny check bans licenses sources
else
  say "cargo-deny: skipped, not installed (cargo install --locked cargo-deny)"
fi

if cargo machete --version >/dev/null 2>&1; then
  say "cargo-machete: unused dependencies"
  cargo machete
else
  say "cargo-machete: skipped, not installed (cargo install --locked cargo-machete)"
fi

if command -v shellcheck >/dev/null 2>&1; then
  say "shellcheck"
  shellcheck deploy/setup/*.sh .ci/run
else
  say "shellcheck: skipped, not installed"
fi
