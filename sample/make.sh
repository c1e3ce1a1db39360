#!/bin/sh
# Makes two-speakers.opus, the bundled sample, from two-speakers.txt: Flite's voice slt reads Anna, rms reads Ben.
# Needs flite and ffmpeg with libopus (Debian: apt install flite ffmpeg).
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# 350 ms between two lines, as between people who listen to each other.
ffmpeg -nostdin -v error -f lavfi -i anullsrc=r=16000:cl=mono -t 0.35 -c:a pcm_s16le "$work/pause.wav"
number=100
while IFS=: read -r speaker line; do
  case $speaker in
    Anna) voice=slt ;;
    Ben) voice=rms ;;
    *) echo "two-speakers.txt: no voice for $speaker" >&2; exit 1 ;;
  esac
  number=$((number + 1))
  flite -voice "$voice" -t "$line" -o "$work/$number.wav"
  printf "file '%s'\nfile 'pause.wav'\n" "$number.wav" >> "$work/list.txt"
done < two-speakers.txt
ffmpeg -nostdin -v error -f concat -safe 0 -i "$work/list.txt" -map_metadata -1 -fflags +bitexact -flags:a +bitexact \
  -c:a libopus -b:a 32k -y two-speakers.opus
