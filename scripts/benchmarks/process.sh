# What the process weighs, and how soon it answers. Sourced by scripts/bench.
# shellcheck shell=bash disable=SC2154

bench_memory() {
    local bearer="Authorization: Bearer $token" most=0 sample load
    stop_service
    start_service
    sleep 2
    report "anonymous memory, idle" "≤ 25 MB" "$(anonymous "$service") MB"

    # Pages over many connections: the largest answers, the most buffers.
    (rate 64 "$url/v1/schools?limit=50" -H "$bearer" && rate 64 "$url/v1/schools?limit=200" -H "$bearer") >/dev/null &
    load=$!
    while kill -0 "$load" 2>/dev/null; do
        sample=$(anonymous "$service")
        most=$(awk -v a="$most" -v b="$sample" 'BEGIN { print (a > b) ? a : b }')
        sleep 0.1
    done
    wait "$load" || exit 1
    report "anonymous memory, most under load" "≤ 60 MB" "$most MB"
    sleep 1
    report "anonymous memory, after it" "" "$(anonymous "$service") MB"
}

bench_start() {
    local times=''
    stop_service
    for ((i = 0; i < rounds; i++)); do
        times+=$(python3 "$root/scripts/benchmarks/first_answer.py" "$port" "$work/tls/ca.pem" /readyz \
            "$program" serve --data "$work/data" --port "$port" --metrics-port "$metrics_port" \
            --certificate "$work/tls/server.pem" --private-key "$work/tls/server-key.pem")$'\n' || exit 1
    done
    report "from start of the process to the first answer" "≤ 300 ms" "$(printf %s "$times" | median) ms"
    start_service
}
