#!/usr/bin/env bash
# Installs what is missing on Debian and Ubuntu, and says what to install elsewhere: scripts/install.sh SET...
#   cli     to build the `debrief` command        window  to build the window as well
#   speech  the recogniser that needs no download test    for `make test`
#   node    Node and npm, to build the pages of the window
#   pictures  for `make pictures`
# Quick when nothing is missing.
set -euo pipefail

readonly NODE_LEAST=20.19
readonly RUST_LEAST=1.95

packages_of() {
  case $1 in
    cli) echo build-essential pkg-config cmake ;;
    window) echo libwebkit2gtk-4.1-dev libdbus-1-dev xdg-utils && fonts ;;
    speech) echo libpocketsphinx3 pocketsphinx-en-us ;;
    test) echo xvfb webkit2gtk-driver dbus-daemon gnome-keyring procps flite ffmpeg chromium curl python3-venv ;;
    pictures) echo locales fonts-liberation fonts-noto-color-emoji ;;
    node) ;;
    *) fail "scripts/install.sh knows no set \"$1\"." ;;
  esac
}

fail() {
  printf '%s\n' "$@" >&2
  exit 1
}

has() { command -v "$1" >/dev/null 2>&1; }

# at_least 20.19 20.20.2: whether the second version is the first or newer.
at_least() { [[ $(printf '%s\n' "$1" "$2" | sort -V | head -n 1) == "$1" ]]; }

# Fonts for Chinese are large: only where none is there.
fonts() {
  [[ -n $(has fc-list && fc-list :lang=zh-tw family) ]] || echo fonts-noto-cjk
}

missing_of() {
  local package
  for package in "$@"; do
    [[ $(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null) == installed ]] || echo "$package"
  done
}

as_root() {
  if [[ $(id -u) == 0 ]]; then
    "$@"
  elif has sudo; then
    sudo "$@"
  else
    fail "These packages are missing, and there is no sudo here. As root, run:" "  $*"
  fi
}

apt_install() {
  echo "Installing $*" >&2
  # A repository that is out of reach is no reason to stop: the packages may come from another.
  as_root env DEBIAN_FRONTEND=noninteractive apt-get update -q || true
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends "$@"
}

# apt_offers nodejs 20: whether apt has that package in that version or a newer one.
apt_offers() {
  has apt-cache || return 1
  local candidate
  candidate=$(apt-cache policy "$1" | sed -n 's/^  Candidate: \([0-9][0-9.]*\).*/\1/p')
  [[ -n $candidate ]] && at_least "$2" "$candidate"
}

need_packages() {
  local set list packages=() missing
  for set in "$@"; do
    list=$(packages_of "$set")
    # shellcheck disable=SC2206 # one word for each package
    packages+=($list)
  done
  ((${#packages[@]})) || return 0
  if has apt-get; then
    mapfile -t missing < <(missing_of "${packages[@]}")
    ((${#missing[@]} == 0)) || apt_install "${missing[@]}"
  elif [[ " $* " == *" window "* ]] && ! pkg-config --exists webkit2gtk-4.1 2>/dev/null; then
    fail "This system has no apt. Install what these Debian packages hold, then try again:" "  ${packages[*]}"
  fi
}

need_rust() {
  if ! has cargo && apt_offers rustup 1; then apt_install rustup; fi
  has cargo || fail "Rust is missing. Install it from https://rustup.rs, open a new shell, then try again."
  local version
  # The first call downloads the toolchain that rust-toolchain.toml names, if rustup is there.
  version=$(rustc --version | cut -d' ' -f2)
  at_least "$RUST_LEAST" "$version" ||
    fail "Rust $version is too old: Debrief needs $RUST_LEAST or newer. Install rustup from https://rustup.rs; it brings the right one."
}

need_node() {
  if ! has node && apt_offers nodejs "$NODE_LEAST"; then apt_install nodejs npm; fi
  local hint="Install Node $NODE_LEAST or newer from https://nodejs.org/en/download, then try again."
  has node || fail "Node is missing. $hint"
  local version
  version=$(node --version | tr -d v)
  at_least "$NODE_LEAST" "$version" || fail "Node $version is too old. $hint"
  has npm || fail "npm is missing, though Node is here. $hint"
}

# macOS and Windows bring a web view; a compiler and CMake are theirs to install.
need_elsewhere() {
  has cmake || fail "CMake is missing. On macOS: brew install cmake. On Windows: winget install Kitware.CMake."
  if [[ $(uname -s) == Darwin ]]; then
    xcode-select -p >/dev/null 2>&1 || fail "The compiler is missing. Run: xcode-select --install"
  fi
}

cd "$(dirname "$0")/.."
if [[ $(uname -s) == Linux ]]; then need_packages "$@"; else need_elsewhere; fi
need_rust
[[ " $* " != *" node "* ]] || need_node
