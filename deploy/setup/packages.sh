# Sourced: system packages, where they can be had without asking anybody for a password they do not have.

# may_install: apt is here, and so is the right to use it.
may_install() {
  command -v apt-get >/dev/null 2>&1 || return 1
  [ "$(id -u)" -eq 0 ] || sudo -n true 2>/dev/null || { [ -t 0 ] && command -v sudo >/dev/null 2>&1; }
}

# install_packages NAME…: through apt, as root or with sudo. Fails where that is not possible.
install_packages() {
  may_install || return 1
  local as_root=""
  if [ "$(id -u)" -ne 0 ]; then
    as_root=sudo
    say "sudo apt-get install $*"
    # Asked for here: inside `logged` nobody would see the question.
    sudo -v || return 1
  fi
  logged "apt-$1" apt_install "$as_root" "$@"
}

apt_install() {
  local as_root=$1
  shift
  $as_root env DEBIAN_FRONTEND=noninteractive apt-get update -q || true
  $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@"
}

# how_to_install DEBIAN FEDORA MACOS: the command for this system, for a message.
how_to_install() {
  if command -v brew >/dev/null 2>&1 || [ "$(uname -s)" = Darwin ]; then
    echo "brew install $3"
  elif command -v dnf >/dev/null 2>&1; then
    echo "sudo dnf install $2"
  else
    echo "sudo apt-get install $1"
  fi
}
