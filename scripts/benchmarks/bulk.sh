# One bulk of 10,000 lines, all or none: people made, and the same file again. Sourced by scripts/bench.
# shellcheck shell=bash disable=SC2154

bench_bulk() {
    local lines=$work/lines.ndjson admin round
    admin=$("$program" token create --data "$work/data" --name bulk --scopes people:read,people:write) || exit 1

    # bulk: sends the lines, prints how many seconds the answer took. Fails unless every line was taken.
    bulk() {
        local taken
        taken=$(curl --silent --show-error --fail --cacert "$work/tls/ca.pem" --output "$work/results.ndjson" --write-out '%{time_total}' \
            -H "Authorization: Bearer $admin" -H "Content-Type: application/x-ndjson" --data-binary "@$lines" "$url/v1/people/bulk") &&
            [ "$(wc -l <"$work/results.ndjson")" -eq 10000 ] || fail "the bulk failed: $(tail -n 5 "$work/service.log")"
        echo "$taken"
    }
    # Other people in each round, so that each makes them; the same again changes nothing.
    for ((round = 0; round < rounds; round++)); do
        seq 10000 | sed "s#.*#{\"op\":\"upsert\",\"ref\":{\"system\":\"payroll\",\"id\":\"$round-&\"},\"data\":{\"name\":\"Person &\",\"jobTitle\":\"Teacher\"}}#" >"$lines"
        bulk >>"$work/bulk-created" && bulk >>"$work/bulk-unchanged" || exit 1
    done
    report "bulk of 10,000 people, created" "≤ 2 s" "$(median <"$work/bulk-created") s"
    report "bulk of 10,000 people, unchanged" "" "$(median <"$work/bulk-unchanged") s"
    rm -f "$lines" "$work/results.ndjson" "$work/bulk-created" "$work/bulk-unchanged"
}
