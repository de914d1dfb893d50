#!/usr/bin/env bash
# kill-and-resume.sh [KILLS]: trains a small model once without a break, and once killed at random moments and continued; the checkpoints must be the same, bit for bit.
set -euo pipefail
cd "$(dirname "$0")/.."
kills=${1:-50}
steps=$((30 * kills))
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
dotnet build -c Release -v q samples/Quickstart > /dev/null
program=(dotnet samples/Quickstart/bin/Release/net10.0/Quickstart.dll train)
# a checkpoint at every second step: many kills fall into the writing of one
start=(samples/Train/moby-dick.txt --steps "$steps" --context 64 --batch 2 --save-every 2 --eval-every 0 --watch 0)
"${program[@]}" "${start[@]}" --out "$work/whole" 2> "$work/log"

told() { stat -c %s "$work/parts/metrics.jsonl" 2> /dev/null || echo 0; }
done_kills=0 before=0
while ((done_kills < kills)); do
    [ -d "$work/parts" ] && [ -s "$work/parts/checkpoint" ] && line=(--resume) || line=("${start[@]}")
    "${program[@]}" "${line[@]}" --out "$work/parts" 2> "$work/log" & process=$!
    # until it is further than the one before; then wherever it is, in a step or in a checkpoint being written
    while [ "$(told)" -le "$before" ] && kill -0 "$process" 2> /dev/null; do sleep 0.01; done
    sleep "0.$((RANDOM % 5))$((RANDOM % 10))"
    if kill -9 "$process" 2> /dev/null; then done_kills=$((done_kills + 1)); fi
    wait "$process" 2> /dev/null || true
    before=$(told)
done
"${program[@]}" --resume --out "$work/parts" 2> "$work/log" || { cat "$work/log"; exit 1; }
cmp "$work/whole/model/model.safetensors" "$work/parts/model/model.safetensors"
[ "$(grep -c '"loss"' "$work/parts/metrics.jsonl")" = "$steps" ]
echo "$done_kills kills: the same weights, bit for bit, and every step once in the metrics"
