# Rates, medians and the two servers. Sourced by scripts/bench, which sets work, program, rounds, seconds.
# shellcheck shell=bash disable=SC2154

# median: of the numbers on stdin, one a line.
median() { sort -g | awk '{ value[NR] = $1 } END { if (NR % 2) print value[(NR + 1) / 2]; else print (value[NR / 2] + value[NR / 2 + 1]) / 2 }'; }

# rate CONNECTIONS URL [WRK-OPTION…]: prints answers a second. Fails unless every answer was 2xx or 3xx.
rate() {
    local connections=$1 url=$2 report
    shift 2
    report=$(wrk --threads 2 --connections "$connections" --duration "${seconds}s" --timeout 10s "$@" "$url") || fail "wrk failed on $url"
    ! grep -q 'Non-2xx' <<<"$report" || fail "not every answer from $url was a good one:
$report"
    awk '/^Requests\/sec:/ { print $2 }' <<<"$report"
}

# paired LABEL ASKED OURS REFERENCE: alternates the two commands, each printing a rate, and reports the median of the ratios.
paired() {
    local label=$1 asked=$2 ours=$3 reference=$4 a b ratios='' all_ours='' all_reference=''
    # Each side once for warmth: caches, connections, allocators.
    seconds=1 "$ours" >/dev/null && seconds=1 "$reference" >/dev/null || exit 1
    for ((round = 0; round < rounds; round++)); do
        a=$("$ours") && b=$("$reference") || exit 1
        all_ours+="$a"$'\n' all_reference+="$b"$'\n'
        ratios+=$(awk -v a="$a" -v b="$b" 'BEGIN { printf "%.3f", a / b }')$'\n'
    done
    report "$label" "$asked" "$(printf %s "$ratios" | median) ×" \
        "$(printf %s "$all_ours" | median)/s against $(printf %s "$all_reference" | median)/s"
}

# report LABEL ASKED MEASURED [DETAIL]
report() { printf '| %-62s | %-16s | %-12s | %s |\n' "$1" "$2" "$3" "${4:-}"; }

# anonymous PID: anonymous resident memory in MB.
anonymous() { awk '/^RssAnon:/ { printf "%.1f\n", $2 / 1024 }' "/proc/$1/status"; }

# start_service [ENVIRONMENT…]: sets service; it serves $work/data on $port.
start_service() {
    env "$@" "$program" serve --data "$work/data" --port "$port" --metrics-port "$metrics_port" --rate-limit 100000000 \
        --certificate "$work/tls/server.pem" --private-key "$work/tls/server-key.pem" >"$work/service.log" 2>&1 &
    service=$!
    wait_until_ready "$service" "$url/readyz" 30 --cacert "$work/tls/ca.pem" || fail "the service didn't start: $(tail -n 5 "$work/service.log")"
}

stop_service() {
    [ -n "$service" ] || return 0
    stop_process "$service"
    service=
}

start_nginx() {
    sed -e "s#@work@#$work#g" -e "s#@port@#$nginx_port#" -e "s#@certificate@#$work/tls/server.pem#" -e "s#@key@#$work/tls/server-key.pem#" \
        "$root/scripts/benchmarks/nginx.conf" >"$work/nginx.conf"
    nginx -p "$work" -e "$work/nginx-error.log" -c "$work/nginx.conf" &
    nginx=$!
    wait_until_ready "$nginx" "$nginx_url/tiny" 10 --cacert "$work/tls/ca.pem" || fail "nginx didn't start: $(tail -n 5 "$work/nginx-error.log")"
}
