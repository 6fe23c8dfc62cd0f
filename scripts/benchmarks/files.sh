# A file of 1 GiB uploaded and downloaded, against nginx writing and reading the same bytes. Sourced by scripts/bench.
# shellcheck shell=bash disable=SC2154

bench_files() {
    local large=$work/files/large uploader path made
    head -c 1G /dev/urandom >"$large" || fail "no room for the file"
    mkdir -p "$work/files/upload"
    chmod 777 "$work/files/upload"
    uploader=$("$program" token create --data "$work/data" --name files --scopes files:read,files:write) || exit 1

    # transfer URL CURL-OPTION…: prints MB a second.
    transfer() {
        local address=$1 taken
        shift
        taken=$(curl --silent --show-error --fail --http1.1 --cacert "$work/tls/ca.pem" --output "$work/answer" --write-out '%{time_total}' "$@" "$address") ||
            fail "the transfer failed: $(tail -n 5 "$work/service.log")"
        awk -v taken="$taken" 'BEGIN { printf "%.1f\n", 1073.741824 / taken }'
    }
    upload() {
        transfer "$url/v1/files" --request POST --upload-file "$large" -H "Authorization: Bearer $uploader" \
            -H "Content-Type: application/octet-stream" -H 'Content-Disposition: attachment; filename="large.bin"'
    }
    nginx_upload() { transfer "$nginx_url/upload/large" --upload-file "$large"; }
    download() { transfer "$url$path" -H "Authorization: Bearer $uploader" --output /dev/null; }
    nginx_download() { transfer "$nginx_url/large" --output /dev/null; }

    upload >/dev/null
    made=$(sed -n 's/.*"id":"\(fil_[a-z0-9]*\)".*/\1/p' "$work/answer")
    path=/v1/files/$made/content
    paired "upload of 1 GiB, MB" "≥ 0.7 ×" upload nginx_upload
    paired "download of 1 GiB, MB" "≥ 0.7 ×" download nginx_download
    report "anonymous memory after that" "flat" "$(anonymous "$service") MB"
    rm -f "$large" "$work/answer" "$work/files/upload/large"
}
