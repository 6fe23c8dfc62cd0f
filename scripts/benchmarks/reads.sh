# Reads, new connections and the TLS layer alone, each against nginx. Sourced by scripts/bench.
# shellcheck shell=bash disable=SC2154

bench_reads() {
    local bearer="Authorization: Bearer $token" id
    id=$(curl --silent --fail --cacert "$work/tls/ca.pem" -H "$bearer" "$url/v1/schools?limit=1&fields=id" | grep -o 'sch_[0-9a-z]*' | head -n 1)
    # What nginx will serve is what the service answered, byte for byte.
    curl --silent --fail --cacert "$work/tls/ca.pem" -H "$bearer" -o "$work/files/school.json" "$url/v1/schools/$id" &&
        curl --silent --fail --cacert "$work/tls/ca.pem" -H "$bearer" -o "$work/files/page.json" "$url/v1/schools?limit=50" || fail "can't read schools."

    one_school() { rate 32 "$url/v1/schools/$id" -H "$bearer"; }
    one_file() { rate 32 "$nginx_url/school.json"; }
    paired "one school, keep-alive, against nginx" "≥ 0.3 ×" one_school one_file

    page() { rate 32 "$url/v1/schools?limit=50" -H "$bearer"; }
    page_file() { rate 32 "$nginx_url/page.json"; }
    paired "page of 50 ($(stat -c %s "$work/files/page.json") bytes), keep-alive, against nginx" "≥ 0.2 ×" page page_file

    new_connections() { rate 32 "$url/livez" -H "Connection: close"; }
    nginx_new_connections() { rate 32 "$nginx_url/tiny" -H "Connection: close"; }
    paired "service, a TLS handshake per request, against nginx" "" new_connections nginx_new_connections
}

bench_tls() {
    local bare_port bare
    bare_port=$(free_port) || exit 1
    "$bare_tls" "$bare_port" "$work/tls/server.pem" "$work/tls/server-key.pem" >"$work/bare.log" 2>&1 &
    bare=$!
    others+=("$bare")
    wait_until_ready "$bare" "https://localhost:$bare_port/" 10 --cacert "$work/tls/ca.pem" || fail "BareTLS didn't start: $(tail -n 5 "$work/bare.log")"

    bare_keep_alive() { rate 32 "https://localhost:$bare_port/"; }
    nginx_keep_alive() { rate 32 "$nginx_url/tiny"; }
    paired "TLS layer alone, keep-alive, against nginx" "≥ 0.8 ×" bare_keep_alive nginx_keep_alive

    bare_new_connections() { rate 32 "https://localhost:$bare_port/" -H "Connection: close"; }
    nginx_new_connections() { rate 32 "$nginx_url/tiny" -H "Connection: close"; }
    paired "TLS layer alone, a handshake per request, against nginx" "≥ 0.8 ×" bare_new_connections nginx_new_connections
    stop_process "$bare"
}
