# Sourced from the top of the repository: where tools, logs and builds are kept.
# shellcheck disable=SC2034  # read by the scripts that source this

root=$(pwd -P)
tools=${BROWNOUT_TOOLS:-$HOME/.cache/brownout/tools}
logs="$tools/logs"
target=${CARGO_TARGET_DIR:-$root/target}

# The UI is compiled by another compiler or profile than the panel; with its own folder neither evicts the other's work.
web_target="$target/web"

# Ours first: a newer trunk elsewhere on PATH may not fit.
export PATH="$tools/bin:$PATH"
