#!/usr/bin/env bash
# run.sh [--bundle] [--device cpu] [OPTIONS of run-on-gpu.sh]
#
# Checks and times the compiled models on an NVIDIA GPU, beside an eager PyTorch program, and writes kernels/GPU.md.
# Makes artifacts/gpu/bundle.tar.gz: all that a machine with a GPU needs, without .NET and without network. Where there is a GPU, runs it.
#
#   --bundle        makes the bundle and does no more
#   --device cpu    runs it on the CPU, to prove the way; the page is artifacts/gpu/results/GPU.md then, and kernels/GPU.md stays as it is
set -euo pipefail
cd "$(dirname "$0")/../.."
most=$((60 * 1000 * 1000))
bundle_only= device=cuda
passed_on=()
while (($# > 0)); do
    case $1 in
        --bundle) bundle_only=1 ;;
        --device) device=$2; passed_on+=("$1" "$2"); shift ;;
        -h | --help) sed -n '2,9s/^# \{0,1\}//p' "$0"; exit 0 ;;
        *) passed_on+=("$1") ;;
    esac
    shift
done

out=$PWD/artifacts/gpu
bundle=$out/tttgen-gpu
rm -rf "$bundle" "$out/bundle.tar.gz"
mkdir -p "$bundle/golden"
echo "publishing: the kernels of all models take some minutes"
dotnet publish -c Release -v q -p:TttGpuModels=all tests/gpu/TttGen.Gpu -o "$out/publish"
cp "$out/publish/TttGen.Gpu" tests/gpu/peer.py tests/gpu/run-on-gpu.sh "$bundle"
for case in tests/TttGen.Numerics.Tests/golden/*/; do
    mkdir "$bundle/golden/$(basename "$case")"
    cp "$case"/{config.json,model.safetensors,case.safetensors} "$bundle/golden/$(basename "$case")"
done
# a checkpoint that the reference trained, and the end of a book, which it did not learn from
mkdir -p "$bundle/text"
cp -r tests/TttGen.Numerics.Tests/tiny-books "$bundle/text"
book=samples/Train/moby-dick.txt
tail -c "$(($(stat -c %s "$book") / 20))" "$book" > "$bundle/text/tiny-books/text.txt"
commit=$(git rev-parse --short HEAD 2> /dev/null || echo unknown)
# kernels/GPU.md is what a run writes; anything else that is changed is no commit's
[ -z "$(git status --porcelain -- ':!kernels/GPU.md' 2> /dev/null)" ] || commit="$commit, changed"
echo "$commit" > "$bundle/COMMIT"
tar -C "$out" -czf "$out/bundle.tar.gz" tttgen-gpu
size=$(stat -c %s "$out/bundle.tar.gz")
echo "artifacts/gpu/bundle.tar.gz: $size bytes, unpacked $(du -sb "$bundle" | cut -f1)"
((size <= most)) || { echo "error: the bundle has $size bytes, more than $most" >&2; exit 1; }
[ -z "$bundle_only" ] || exit 0

page=kernels/GPU.md
if [ "$device" = cpu ]; then
    "$bundle/run-on-gpu.sh" --out "$out/results" --again "${passed_on[@]}"
elif [ -n "${TTTGEN_LIBCUDA:-}" ] || ldconfig -p 2> /dev/null | grep -q 'libcuda\.so\.1' || command -v nvidia-smi > /dev/null; then
    status=0
    "$bundle/run-on-gpu.sh" --out "$out/results" "${passed_on[@]}" || status=$?
    [ ! -s "$out/results/GPU.md" ] || cp "$out/results/GPU.md" "$page"
    exit "$status"
else
    echo "no GPU: not measured"
    # figures of an earlier run stay
    [ -s "$page" ] && ! grep -q '^| not measured | not measured | not measured |$' "$page" || "$bundle/TttGen.Gpu" report --out "$page"
fi
