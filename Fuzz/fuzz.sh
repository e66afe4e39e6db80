#!/usr/bin/env bash
# fuzz.sh TARGET SECONDS: builds Fuzz/<Target>Fuzzer.swift with libFuzzer and AddressSanitizer and runs it over
# the corpus in Fuzz/corpus/<target>, which keeps what it finds. Exits 1 on a finding, which it leaves beside.
#
#   Fuzz/fuzz.sh query 60
#
# Modules of the target, bottom up, are listed here: the sources are compiled with the fuzzer's coverage.
set -euo pipefail
cd "$(dirname "$0")/.."
target=${1:?usage: fuzz.sh TARGET SECONDS}
seconds=${2:?usage: fuzz.sh TARGET SECONDS}

case $target in
  query) modules="Kernels Columns Expressions" ;;
  *) echo "unknown target $target; there is: query" >&2; exit 64 ;;
esac

name="$(tr '[:lower:]' '[:upper:]' <<<"${target:0:1}")${target:1}Fuzzer"
out=.build/fuzz/$target
mkdir -p "$out"
flags=(-swift-version 6 -package-name strata -sanitize=fuzzer,address -Onone -gline-tables-only -parse-as-library
  -enable-upcoming-feature ExistentialAny -enable-upcoming-feature InternalImportsByDefault
  -enable-upcoming-feature MemberImportVisibility -enable-experimental-feature Lifetimes
  -I Sources/CPlatform/include -I "$out" -Xcc -fmodule-map-file="$PWD/$out/module.modulemap")
cat >"$out/module.modulemap" <<MAP
module CPlatform { header "$PWD/Sources/CPlatform/include/CPlatform.h" export * }
MAP

clang -c -g -I Sources/CPlatform/include Sources/CPlatform/*.c -o "$out/CPlatform.o"
objects=("$out/CPlatform.o")
for module in $modules; do
  mapfile -t sources < <(find "Sources/$module" -name '*.swift' | sort)
  swiftc "${flags[@]}" -module-name "$module" -emit-module -emit-module-path "$out/$module.swiftmodule" \
    -emit-object -whole-module-optimization -o "$out/$module.o" "${sources[@]}"
  objects+=("$out/$module.o")
done
swiftc "${flags[@]}" -module-name "$name" "Fuzz/$name.swift" "${objects[@]}" -o "$out/$name"

mkdir -p "Fuzz/corpus/$target"
# LeakSanitizer is off: it does not see references that Swift packs into enum payloads, and reports globals.
run=("$out/$name" -detect_leaks=0 -max_len=4096 -timeout=10 -rss_limit_mb=2048 "-artifact_prefix=$out/")
[ -e "Fuzz/$target.dict" ] && run+=("-dict=Fuzz/$target.dict")
rm -rf "$out/found" && mkdir -p "$out/found"
"${run[@]}" "-max_total_time=$seconds" "$out/found" "Fuzz/corpus/$target"
# Of what was found, the kept corpus takes as few inputs as cover the new code.
"${run[@]}" -set_cover_merge=1 "Fuzz/corpus/$target" "$out/found" 2>/dev/null
echo "corpus: $(find "Fuzz/corpus/$target" -type f | wc -l) inputs"
