# Cycles of 100 schools and 15 processes, and a need among 1,000 offers. Sourced by scripts/bench.
# shellcheck shell=bash disable=SC2154

bench_improvement() {
    local admin activation activities progress matching
    admin=$("$program" token create --data "$work/data" --name improvement --scopes "$(all_scopes "$program")") || exit 1
    read -r activation activities progress matching < <(
        python3 "$root/scripts/benchmarks/improvement.py" "$url" "$admin" "$work/tls/ca.pem" "$rounds"
    ) || fail "the cycles failed: $(tail -n 5 "$work/service.log")"
    report "cycle of 100 schools activated ($activities activities)" "≤ 1 s" "$activation s"
    report "progress of that cycle" "≤ 20 ms" "$progress ms"
    report "matching among 1,000 offers" "≤ 20 ms" "$matching ms"
}
