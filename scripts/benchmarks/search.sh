# Ranked search over 100,000 shared resources. Sourced by scripts/bench.
# shellcheck shell=bash disable=SC2154

bench_search() {
    local searcher median slowest found
    searcher=$("$program" token create --data "$work/data" --name search --scopes "$(all_scopes "$program")") || exit 1
    read -r median slowest found < <(
        python3 "$root/scripts/benchmarks/search.py" "$url" "$searcher" "$work/tls/ca.pem" "$work/data/partnership.db" "$rounds"
    ) || fail "the search failed: $(tail -n 5 "$work/service.log")"
    report "search over 100,000 resources, page with facets, median" "< 10 ms" "$median ms"
    report "the slowest of those queries ($found found)" "" "$slowest ms"
}
