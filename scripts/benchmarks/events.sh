# Streams of events and pages of the log. Sourced by scripts/bench.
# shellcheck shell=bash disable=SC2154

# page_time AFTER: median milliseconds of a page of the log, of 50.
page_time() {
    for ((round = 0; round < 50; round++)); do
        curl --silent --fail --cacert "$work/tls/ca.pem" -H "Authorization: Bearer $events_token" -o /dev/null -w '%{time_starttransfer} %{time_pretransfer}\n' \
            "$url/v1/events?after=$1&limit=50&type=school.created"
    done | awk '{ print ($1 - $2) * 1000 }' | median
}

bench_events() {
    events_token=$("$program" token create --data "$work/data" --name events --scopes events:read,schools:read,people:read,people:write) || exit 1
    report "commit to reader, 100 streams, median" "< 50 ms" \
        "$(python3 "$root/scripts/benchmarks/events.py" "$url" "$events_token" "$work/tls/ca.pem" 100 50) ms"
    stop_service
    # What a million writes would leave, without their million fsyncs.
    python3 - "$work/data/partnership.db" <<'PYTHON' || exit 1
import os, sqlite3, sys
database = sqlite3.connect(sys.argv[1])
# Neither now nor when it is closed: the service alone gives each page its checksum.
database.execute("PRAGMA wal_autocheckpoint = 0")
last = database.execute("SELECT max(seq) FROM event").fetchone()[0]
columns = "type, occurredAt, actor, resourceType, resourceId, etag, changedMembers, requestId, audience, parties"
database.execute(
    f"INSERT INTO event (id, {columns}) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000100 - {last})"
    f" SELECT 'evt_' || i, {columns} FROM n JOIN event ON seq = {last}")
database.commit()
os._exit(0)
PYTHON
    start_service
    report "page of the log at 100, and at 1,000,000" "the same" "$(page_time 100) ms" "$(page_time 1000000) ms at 1,000,000"
}
