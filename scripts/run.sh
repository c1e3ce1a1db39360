#!/usr/bin/env bash
# Opens the window. Where there is no display, processes the bundled sample with the `debrief` command and prints its page.
set -euo pipefail
cd "$(dirname "$0")/.."

if [[ $(uname -s) != Linux || -n ${DISPLAY:-} || -n ${WAYLAND_DISPLAY:-} ]]; then
  scripts/install.sh cli window speech node
  make pages
  exec cargo run --package debrief-desktop -- "$@"
fi

echo "There is no display here: processing the bundled sample on the command line instead." >&2
scripts/install.sh cli speech
cargo build --package debrief-cli
# The last line is the status of the job; its id comes first.
job=$("${CARGO_TARGET_DIR:-target}"/debug/debrief process sample/two-speakers.opus --to markdown --json | tail -n 1 | grep -o '"id":"[^"]*"' | head -n 1 | cut -d'"' -f4)
"${CARGO_TARGET_DIR:-target}"/debug/debrief show "$job" --format md
