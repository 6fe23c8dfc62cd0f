# Queues and openings of the support desk with 200,000 requests. Sourced by scripts/bench.
# shellcheck shell=bash disable=SC2154

bench_desk() {
    local everything administrator median slowest opening which
    everything=$("$program" token create --data "$work/data" --name desk --scopes "$(all_scopes "$program")") || exit 1
    administrator=$("$program" token create --data "$work/data" --name desk-administrator --role trustAdmin) || exit 1
    read -r median slowest opening which < <(
        python3 "$root/scripts/benchmarks/desk.py" "$url" "$everything" "$administrator" "$work/tls/ca.pem" "$work/data/partnership.db" "$rounds"
    ) || fail "the support desk failed: $(tail -n 5 "$work/service.log")"
    report "page of a queue over 200,000 support requests, median" "< 10 ms" "$median ms"
    report "the slowest of those queues ($which)" "< 10 ms" "$slowest ms"
    report "opening a support request beside them, median" "< 5 ms" "$opening ms"
}
