#!/usr/bin/env bash
# Draws the icons that tauri.conf.json names from icon.svg. Needs rsvg-convert (librsvg2-bin), ImageMagick and python3.
set -euo pipefail
cd "$(dirname "$0")"

draw() { rsvg-convert -w "$1" -h "$1" icon.svg -o "$2"; }
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

draw 32 32x32.png
draw 128 128x128.png
draw 256 128x128@2x.png
draw 512 icon.png
for size in 16 24 32 48 64 128 256 512; do draw "$size" "$scratch/$size.png"; done

convert "$scratch"/{16,24,32,48,64,256}.png icon.ico

# An .icns file is a list of PNGs, each behind a four-letter type and a big-endian length.
python3 - "$scratch" <<'PY'
import pathlib, struct, sys
types = {"icp4": 16, "icp5": 32, "icp6": 64, "ic07": 128, "ic08": 256, "ic09": 512}
parts = b""
for name, size in types.items():
    png = pathlib.Path(sys.argv[1], f"{size}.png").read_bytes()
    parts += name.encode() + struct.pack(">I", len(png) + 8) + png
pathlib.Path("icon.icns").write_bytes(b"icns" + struct.pack(">I", len(parts) + 8) + parts)
PY
