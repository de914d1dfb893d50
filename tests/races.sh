#!/usr/bin/env bash
# Plans of small models on Oclgrind (Debian's oclgrind), a simulator of OpenCL devices that finds data races: none may be there.
# Arguments go to dotnet test (--no-build).
set -euo pipefail
cd "$(dirname "$0")/.."
runtime=/usr/lib/oclgrind/liboclgrind-rt-icd.so
[ -e "$runtime" ] || { echo "skipped: Oclgrind is not installed"; exit 0; }
log=$(mktemp)
trap 'rm -f "$log"' EXIT
OCL_ICD_VENDORS=$runtime OCLGRIND_DATA_RACES=1 OCLGRIND_UNIFORM_WRITES=1 OCLGRIND_LOCAL_MEM_SIZE=$((163 * 1024)) OCLGRIND_MAX_ERRORS=20 OCLGRIND_LOG=$log \
    dotnet test -c Release tests/TttGen.Plans.Tests --filter "FullyQualifiedName~A_plan_follows_the_executable_spec" "$@"
if grep -q race "$log"; then
    cat "$log"
    exit 1
fi
echo "no races"
