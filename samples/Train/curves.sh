#!/usr/bin/env bash
# 2 000 steps of each model, one after another, and their curves over one another in curves.png.
set -euo pipefail
cd "$(dirname "$0")"
runs=$(mktemp -d)
dotnet build -c Release -v q Train.csproj
for model in linear-mamba linear-transformer mlp-mamba mlp-transformer llama mamba hybrid; do
    dotnet run -c Release --no-build -- --model "$model" --steps 2000 --out "$runs/$model" > "$runs/$model.txt"
done
dotnet run -c Release --no-build --project ../../src/TttGen.Tool -- plot "$runs"/*-mamba "$runs"/*-transformer "$runs"/llama "$runs"/mamba "$runs"/hybrid --out curves.png
for model in linear-mamba linear-transformer mlp-mamba mlp-transformer llama mamba hybrid; do
    echo "$model: $(grep held_out "$runs/$model/metrics.jsonl" | tail -1)"
done
rm -rf "$runs"
