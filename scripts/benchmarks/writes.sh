# Writes, on this disk and on one whose fsync takes 2 ms. Sourced by scripts/bench.
# shellcheck shell=bash disable=SC2154

bench_writes() {
    local schools slow="$work/slowfsync.so" baseline
    schools=$(curl --silent --fail --cacert "$work/tls/ca.pem" -H "Authorization: Bearer $token" "$url/v1/schools?limit=200&fields=id" |
        grep -o 'sch_[0-9a-z]*' | sed 's#^#/v1/schools/#' | tr '\n' ' ')
    cc -O2 -shared -fPIC -o "$slow" "$root/scripts/benchmarks/slowfsync.c" -ldl && cc -O2 -o "$work/onewrite" "$root/scripts/benchmarks/onewrite.c" ||
        fail "cc couldn't build the parts in scripts/benchmarks."

    patches() { SCHOOLS=$schools TOKEN=$token rate "$1" "$url" --script "$root/scripts/benchmarks/patch.lua"; }
    many() { patches 64; }
    many_rounds() { for ((i = 0; i < rounds; i++)); do many || exit 1; done | median; }

    report "PATCH, 64 connections" "≥ 3,000/s" "$(many_rounds)/s"

    stop_service
    start_service LD_PRELOAD="$slow"
    one_per_fsync() { LD_PRELOAD=$slow "$work/onewrite" "$work/data/onewrite" "$seconds"; }
    paired "PATCH, 64 connections, fsync of 2 ms, against one write per fsync" "≥ 8 ×" many one_per_fsync
    # The same service, with nobody to share a commit with (wrk wants a connection for each of its two threads).
    baseline=$(patches 2)
    report "PATCH, 2 connections, fsync of 2 ms" "" "$baseline/s"
    rm -f "$work/data/onewrite"
    stop_service
    start_service
}
