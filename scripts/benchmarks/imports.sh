# The register import: speed and peak memory, for the register given and for one of the real one's size. Sourced by scripts/bench.
# shellcheck shell=bash disable=SC2154

# import DATA REGISTER: prints "seconds peak-kilobytes".
import() {
    local groups=()
    [ ! -e "$2/groups.csv" ] || groups=(--groups "$2/groups.csv")
    python3 "$root/scripts/benchmarks/measure.py" "$work/measured" "$program" import gias --data "$1" \
        --establishments "$2/establishments.csv" --group-links "$2/group-links.csv" "${groups[@]}" >"$work/import.log" 2>&1 ||
        fail "the import failed: $(tail -n 5 "$work/import.log")"
    cat "$work/measured"
}

per_second() { awk -v rows="$1" -v seconds="$2" 'BEGIN { printf "%.0f/s\n", rows / seconds }'; }
megabytes() { awk -v kilobytes="$1" 'BEGIN { printf "%.0f MB\n", kilobytes / 1024 }'; }

bench_imports() {
    local rows=${1:-50000} elapsed peak data=$work/import-data
    python3 "$root/scripts/benchmarks/multiply.py" "$register" "$work/large" "$rows" || exit 1
    "$program" migrate --data "$data" >/dev/null || exit 1

    read -r elapsed peak < <(import "$data" "$work/large")
    report "import of $rows schools, created" "≥ 5,000/s" "$(per_second "$rows" "$elapsed")" "$elapsed s"
    report "  peak resident memory" "≤ 150 MB" "$(megabytes "$peak")"
    read -r elapsed peak < <(import "$data" "$work/large")
    report "import of $rows schools, unchanged" "≥ 40,000/s" "$(per_second "$rows" "$elapsed")" "$elapsed s"
    report "  peak resident memory" "≤ 150 MB" "$(megabytes "$peak")"
    rm -rf "$data" "$work/large"
}
