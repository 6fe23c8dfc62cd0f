# Functions the scripts share. Sourced, never run: `. "$(dirname "$0")/lib.sh"`.
# shellcheck shell=bash

# Everything a person should see goes to stderr, so that stdout stays free for what a script prints for other programs.
say() { printf '%s\n' "$*" >&2; }
fail() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 1
}

# need_value OPTION ARGUMENTS-LEFT: stops with a sentence when an option that takes a value came last.
need_value() {
    [ "$2" -ge 2 ] || fail "$1 needs a value; see ${0##*/} --help."
}

# install_packages NAME…: installs those of the named Debian packages that are missing. Silent when nothing is.
# Stops with a sentence that says what to install when it can't do that itself.
install_packages() {
    local missing=() package as_root=()
    if ! command -v dpkg-query >/dev/null; then
        say "This isn't Debian or Ubuntu: nothing is installed. Needed is what these packages hold: $*"
        return 0
    fi
    for package in "$@"; do
        [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || return 0

    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || fail "these packages are missing: ${missing[*]}. As root: apt-get install ${missing[*]}"
        as_root=(sudo)
    fi
    say "Installing ${missing[*]}"
    {
        "${as_root[@]}" apt-get update -qq &&
            "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
    } >/dev/null || fail "apt-get couldn't install ${missing[*]}. Install them by hand, then run this again."
}

# What building and running the service takes, beyond the Swift toolchain.
install_service_packages() {
    install_packages libssl-dev libsqlite3-dev zlib1g-dev pkg-config openssl curl tzdata ca-certificates
}

require_swift() {
    command -v swift >/dev/null || fail "Swift isn't on the PATH. Install Swift 6.3 or later: https://www.swift.org/install/linux/"
}

# What the larger parts of the program take to build, in seconds of one core: measured, and only for saying how long it still takes.
build_shares='Yams=20 Core=40 GRDB=95 NIOCore=45 NIOPosix=25 NIOHTTP1=20 NIOHTTP2=40 Domain=110 Repositories=75 Services=90 AsyncAlgorithms=35 ArgumentParser=25 Routing=55 Handlers=40 partnership=20'
build_shares_of_tests='CoreTests=8 TLSTests=10 RepositoriesTests=25 DomainTests=30 RoutingTests=25 ServicesTests=15 PartnershipTests=8 HandlersTests=90'

# build_release DIRECTORY OPTION…: builds the package, and says on stderr now and then what part it is at; the first time also about how long it
# still takes. Later nobody knows how much there is to build.
build_release() {
    local directory=$1 shares=" $build_shares " share all=0 built=0 began=$SECONDS said=$SECONDS line part left is_first=yes
    shift
    [ ! -d "$directory/.build/release/GRDB.build" ] || is_first=
    case " $* " in *' --build-tests '*) shares+="$build_shares_of_tests " ;; esac
    for share in $shares; do all=$((all + ${share#*=})); done
    swift build --package-path "$directory" -c release "$@" 2>&1 | while IFS= read -r line; do
        case $line in
        *'] Compiling '*)
            part=${line#*'] Compiling '}
            part=${part%% *}
            share=${shares#*" $part="}
            [[ $shares != *" $part="* ]] || built=$((built + ${share%% *}))
            [ $((SECONDS - said)) -ge 15 ] || continue
            said=$SECONDS
            [ -n "$is_first" ] || {
                say "  built $part"
                continue
            }
            left=$(((all - built) * (built > 60 ? (SECONDS - began) * 100 / built : 60) / 100 / 60 + 1))
            say "  $((built * 100 / all)) % built, the last of it $part; about $left min left"
            ;;
        '['*) ;;
        *) say "$line" ;;
        esac
    done
}

# enable_backtraces: should the service ever crash, its log says where; that it did, and by which signal, it says itself. Nothing in registers is
# printed: it may be somebody's data. The tool is the toolchain's; a setting of the caller's own stays.
enable_backtraces() {
    local tool
    tool=$(realpath -m "$(dirname "$(readlink -f "$(command -v swift)")")/../libexec/swift/linux/swift-backtrace-static")
    [ -n "${SWIFT_BACKTRACE:-}" ] || ! [ -x "$tool" ] ||
        export SWIFT_BACKTRACE="enable=yes,interactive=no,color=no,registers=none,images=mentioned,threads=crashed,sanitize=yes,unwind=fast,symbolicate=off,swift-backtrace=$tool"
}

# ensure_certificate DIRECTORY: makes DIRECTORY/{ca,server,server-key}.pem for local use, unless they are there and good for another
# day. The authority's key is thrown away after its one signature and the authority may only ever vouch for this machine, so trusting
# ca.pem can't be turned against whoever trusts it.
ensure_certificate() {
    local directory=$1 work
    if openssl x509 -in "$directory/ca.pem" -noout -checkend 86400 >/dev/null 2>&1 &&
        openssl x509 -in "$directory/server.pem" -noout -checkend 86400 >/dev/null 2>&1 &&
        openssl verify -CAfile "$directory/ca.pem" "$directory/server.pem" >/dev/null 2>&1 &&
        [ -r "$directory/server-key.pem" ]; then
        return 0
    fi
    say "Making a development certificate for localhost in $directory"
    (umask 077 && mkdir -p "$directory") || fail "can't write to $directory."
    work=$(mktemp -d "$directory/new.XXXXXX") || fail "can't write to $directory."
    if ! make_certificate "$work" >"$work/openssl.log" 2>&1; then
        cat "$work/openssl.log" >&2
        rm -rf "$work"
        fail "openssl couldn't make the development certificate."
    fi
    # The key moves first and the certificate last: whoever watches the certificate never sees it without its key.
    mv -f "$work/server-key.pem" "$work/ca.pem" "$directory/" && mv -f "$work/server.pem" "$directory/"
    rm -rf "$work"
}

make_certificate() {
    local directory=$1
    cat >"$directory/openssl.cnf" <<'CONFIGURATION'
[req]
distinguished_name = name
prompt = no
[name]
CN = Partnership development authority
[authority]
basicConstraints = critical,CA:true,pathlen:0
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
nameConstraints = critical,permitted;DNS:localhost,permitted;IP:127.0.0.1/255.255.255.255,permitted;IP:::1/ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff
[server]
basicConstraints = critical,CA:false
keyUsage = critical,digitalSignature
extendedKeyUsage = serverAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
subjectAltName = DNS:localhost,IP:127.0.0.1,IP:::1
CONFIGURATION
    (
        cd "$directory" && umask 077 || exit 1
        openssl ecparam -name prime256v1 -genkey -noout -out ca-key.pem &&
            openssl req -x509 -new -sha256 -key ca-key.pem -days 397 -config openssl.cnf -extensions authority -out ca.pem &&
            openssl ecparam -name prime256v1 -genkey -noout -out server-key.pem &&
            openssl req -new -sha256 -key server-key.pem -subj /CN=localhost -config openssl.cnf -out server.csr &&
            openssl x509 -req -sha256 -in server.csr -CA ca.pem -CAkey ca-key.pem -set_serial "0x$(openssl rand -hex 16)" -days 396 \
                -extfile openssl.cnf -extensions server -out server.pem &&
            rm -f ca-key.pem server.csr &&
            chmod 644 ca.pem server.pem
    )
}

# port_is_free NUMBER: whether nothing accepts connections there on the loopback address.
port_is_free() {
    ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

# free_port: prints a loopback port nobody listens on, below the range the kernel hands out for outgoing connections.
free_port() {
    local port
    for _ in {1..100}; do
        port=$((20000 + RANDOM % 10000))
        if port_is_free "$port"; then
            printf '%s\n' "$port"
            return 0
        fi
    done
    fail "found no free port between 20000 and 29999."
}

# wait_until_ready PID URL SECONDS [CURL-OPTION…]: 0 once URL answers 200; 1 when the process ends first or time runs out.
wait_until_ready() {
    local pid=$1 url=$2 deadline=$((SECONDS + $3))
    shift 3
    while [ "$SECONDS" -le "$deadline" ]; do
        kill -0 "$pid" 2>/dev/null || return 1
        curl --silent --fail --max-time 2 --output /dev/null --noproxy '*' "$@" "$url" && return 0
        sleep 0.1
    done
    return 1
}

# stop_process PID: asks it to end, waits up to 30 s for its drain, then insists. Prints nothing; returns its exit status.
stop_process() {
    local pid=$1
    kill -TERM "$pid" 2>/dev/null
    for _ in {1..300}; do
        kill -0 "$pid" 2>/dev/null || break
        sleep 0.1
    done
    kill -KILL "$pid" 2>/dev/null
    wait "$pid" 2>/dev/null
}

# all_scopes PROGRAM: every permission its contract names, as --scopes takes them.
all_scopes() {
    "$1" openapi | sed -n "s/.*bearer: \['\([^']*\)'\].*/\1/p" | sort -u | paste -sd, -
}

# import_demo PROGRAM DATA-DIRECTORY: ordinary imports, of the invented trust, its people and its school year in scripts/demo.
import_demo() {
    local demo
    demo=$(dirname "${BASH_SOURCE[0]}")/demo
    "$1" import gias --data "$2" --establishments "$demo/establishments.csv" --group-links "$demo/group-links.csv" \
        --groups "$demo/groups.csv" --group-uid 99901 &&
        "$1" import people --data "$2" "$demo/people.csv" &&
        "$1" import bank-holidays --data "$2" "$demo/bank-holidays.json" &&
        "$1" import term-dates --data "$2" "$demo/term-dates.json"
}
