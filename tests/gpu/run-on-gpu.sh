#!/usr/bin/env bash
# run-on-gpu.sh [PART…] [OPTIONS]
#
# Checks and times on this machine's GPU what lies beside this script; needs neither .NET nor network. PyTorch is used where python3 has it.
# Parts, all of them in this order unless some are named: ceilings, check, time, peer, profile, report. Profiles are of one sequence and of some, in FOLDER/profile.txt.
#
#   --budget SECONDS   begins nothing new after this (3600). Results are kept: the same call again goes on where it stopped
#   --out FOLDER       where results are kept and the page GPU.md is written (results, beside this script)
#   --again            forgets what is in the folder
#   --small            without the 1b size; times one sequence of at most 2048 tokens, in f32
#   --case-seconds N   how long the repetitions of a case may take (2)
#   --jobs N           models checked at a time (4)
#   --device DEVICE    cuda, cuda:N, or cpu to prove the way, which is then small, too
#
# Exit code 0: all that was compared is as it should be. The environment: PYTHON, TTTGEN_LIBCUDA, TTTGEN_LIBCUBLASLT.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
export program=$here/TttGen.Gpu device=cuda parts_folder deadline
budget=3600 out=$here/results again= small= jobs=4 case_seconds=2 python=${PYTHON:-python3}
parts=()
while (($# > 0)); do
    case $1 in
        --budget) budget=$2; shift ;;
        --out) out=$2; shift ;;
        --again) again=1 ;;
        --small) small=1 ;;
        --case-seconds) case_seconds=$2; shift ;;
        --jobs) jobs=$2; shift ;;
        --device) device=$2; shift ;;
        ceilings | check | time | peer | profile | report) parts+=("$1") ;;
        -h | --help) sed -n '2,16s/^# \{0,1\}//p' "$0"; exit 0 ;;
        *) echo "error: $1: expected a part or an option (--help)" >&2; exit 1 ;;
    esac
    shift
done
((${#parts[@]} > 0)) || parts=(ceilings check time peer profile report)
[ "$device" != cpu ] || small=1
deadline=$((SECONDS + budget))
left() { echo $((deadline > SECONDS ? deadline - SECONDS : 0)); }

[ -z "$again" ] || rm -rf "$out/results.jsonl" "$out/parts" "$out/GPU.md" "$out/profile.txt"
parts_folder=$out/parts
mkdir -p "$parts_folder"
results=$out/results.jsonl
touch "$results"
# What a process has found so far; also of a run that was ended from outside.
gather() {
    cat "$parts_folder"/*.jsonl >> "$results" 2> /dev/null || true
    rm -f "$parts_folder"/*
}
gather
trap gather EXIT

# PyTorch brings cuBLASLt along, where the system has none.
if [ "$device" != cpu ] && [ -z "${TTTGEN_LIBCUBLASLT:-}" ] && ! ldconfig -p 2> /dev/null | grep -q 'libcublasLt\.so\.1' && [ ! -e /usr/local/cuda/lib64/libcublasLt.so ]; then
    library=$("$python" -c 'import glob, sys; print(next((f for p in sys.path for f in glob.glob(p + "/nvidia/**/libcublasLt.so.1[0-9]", recursive=True)), ""))' 2> /dev/null || true)
    [ -z "$library" ] || export TTTGEN_LIBCUBLASLT=$library
fi

models() { "$program" list --without "$results" | if [ -n "$small" ]; then grep -v -e '-1b$'; else cat; fi; }
cases() { "$program" cases --without "$results" --who "$1" | if [ -n "$small" ]; then grep -E '^[a-z]+-125m f32 (decode 1 1|prefill 2048 1)$'; else cat; fi; }

ceilings() {
    local details=
    if [ "$device" != cpu ] && command -v nvidia-smi > /dev/null; then
        details=$(nvidia-smi --query-gpu=driver_version,memory.total --format=csv,noheader | head -n 1 | sed 's/^/driver /' || true)
    fi
    timeout 120 "$program" ceilings --device "$device" --details "$details" --commit "$(cat "$here/COMMIT")" --log "$parts_folder/ceilings.jsonl"
}

# A model in a process of its own: one that fails, hangs or breaks the GPU leaves the others alone.
check_one() {
    local status=0 log=$parts_folder/check-$1.unfinished
    timeout 200 "$program" check "$1" --device "$device" --log "$log" || status=$?
    ((status <= 1)) && [ -s "$log" ] || { echo "$1: FAILED: ended with status $status"; echo "{\"kind\":\"check\",\"model\":\"$1\",\"what\":\"running\",\"bar\":5e-05,\"why\":\"ended with status $status\"}" >> "$log"; }
    mv "$log" "${log%.unfinished}.jsonl"
}
export -f check_one

check() {
    local names
    names=$(models || true)
    [ -n "$names" ] || return 0
    # the large ones by themselves: each is in the host's memory, too
    grep -v -e '-1b$' <<< "$names" | timeout "$(($(left) + 1))" xargs -r -P "$jobs" -I{} bash -c 'check_one {}' || true
    gather
    for name in $(grep -e '-1b$' <<< "$names" || true); do
        (($(left) > 60)) || { echo "out of time before $name"; break; }
        check_one "$name"
    done
}

# Cases of one model at a time, each model with its share of the time that is left.
timed() {
    local who=$1 seconds=$2 names count=0 share status
    names=$(cases "$who" | cut -d ' ' -f 1 | uniq || true)
    local end=$((SECONDS + seconds))
    for name in $names; do
        share=$(((end - SECONDS) / ($(wc -w <<< "$names") - count)))
        count=$((count + 1))
        ((share >= 5)) || { echo "out of time before $name"; break; }
        cases "$who" | { grep "^$name " || true; } > "$parts_folder/cases"
        status=0
        if [ "$who" = TttGen ]; then
            timeout $((share + 30)) "$program" time "$parts_folder/cases" --device "$device" --case-seconds "$case_seconds" --budget "$share" --log "$parts_folder/time.jsonl" || status=$?
        else
            timeout $((share + 30)) "$python" "$here/peer.py" time "$parts_folder/cases" --device "$device" --case-seconds "$case_seconds" --budget "$share" --out "$parts_folder/peer.jsonl" || status=$?
        fi
        ((status == 0)) || echo "$who, $name: ended with status $status"
        gather
    done
}

peer() {
    if ! "$python" -c 'import sys, torch; sys.exit(sys.argv[1] != "cpu" and not torch.cuda.is_available())' "$device" 2> /dev/null; then
        echo "$python has no PyTorch for $device: not measured beside it"
        return 0
    fi
    timeout 120 "$python" "$here/peer.py" check "$here/golden" --device "$device" || { echo "error: peer.py is not right here, and is not timed" >&2; return 1; }
    timeout 120 "$python" "$here/peer.py" ceilings --device "$device" --out "$parts_folder/peer-ceilings.jsonl" || true
    timed PyTorch "$(left)"
}

profile() {
    [ "$device" != cpu ] || { echo "of a GPU alone"; return 0; }
    local work
    for work in "linear-125m f32 decode 1 1" "linear-125m f32 prefill 2048 1" "linear-125m f32 decode 1 128" "mlp-125m f32 decode 1 128" "mlp-125m f32 prefill 2048 16" "linear-1b f32 prefill 2048 1" "linear-1b bf16 prefill 2048 16" "linear-1b bf16 decode 1 1"; do
        (($(left) > 30)) || { echo "out of time before $work"; break; }
        # shellcheck disable=SC2086
        timeout 90 "$program" profile $work --device "$device" | tee -a "$out/profile.txt" || true
    done
}

status=0
for part in "${parts[@]}"; do
    echo "== $part ($(left) s left)"
    case $part in
        time) if [[ " ${parts[*]} " == *" peer "* ]]; then timed TttGen $(($(left) / 2)); else timed TttGen "$(left)"; fi ;;
        report) "$program" report "$results" --out "$out/GPU.md" || status=1; cat "$out/GPU.md" ;;
        *) "$part" || status=1 ;;
    esac
    gather
done
"$program" report "$results" > /dev/null || status=1
exit "$status"
