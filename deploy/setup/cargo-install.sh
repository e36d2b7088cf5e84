# Sourced after say.sh and places.sh: command-line tools built by cargo into the tools folder.
# shellcheck disable=SC2154  # places.sh sets the folders

# cargo_tool NAME VERSION ESTIMATE
cargo_tool() {
  if cargo binstall -V >/dev/null 2>&1; then
    say "installing $1 $2 with cargo-binstall"
    logged "binstall-$1" cargo binstall --no-confirm --root "$tools" "$1@$2" && return 0
  fi
  say "building $1 $2 from source ($3)"
  # Locked where the registry knows all versions of the lock file; a lagging mirror may not.
  logged "install-$1" cheap_install --locked "$1" "$2" ||
    { say "$1: once more without its lock file" && logged "install-$1" cheap_install --force "$1" "$2"; } ||
    fail "$1 $2 could not be built; see above"
}

# The tools run for seconds, so they are compiled for a short build: 5 min for trunk instead of 11.
# Their common dependencies share a folder, which tools.sh deletes at the end; an interrupted build resumes from it.
cheap_install() {
  env -u RUSTFLAGS CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_OPT_LEVEL=1 \
    CARGO_PROFILE_RELEASE_CODEGEN_UNITS=256 CARGO_TARGET_DIR="$tools/build" \
    cargo install "$1" --root "$tools" --version "=$3" "$2"
}
