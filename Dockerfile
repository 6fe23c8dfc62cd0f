# syntax=docker/dockerfile:1

# --- Build: the official Swift image for Debian 12, so that the libraries match those of the image that runs.
FROM swift:6.3-bookworm AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends libssl-dev libsqlite3-dev zlib1g-dev pkg-config \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /source
# Dependencies first: they change seldom, and this layer is kept until they do.
COPY Package.swift ./
RUN swift package resolve
COPY openapi.yaml ./
COPY Sources Sources
# Not built here, but the manifest names them and the build looks for their folders.
COPY Tests Tests
RUN swift build -c release --product partnership --static-swift-stdlib \
    && install -D -m 755 "$(swift build -c release --product partnership --static-swift-stdlib --show-bin-path)/partnership" /out/partnership \
    && strip --strip-debug /out/partnership \
    && install -D -m 755 /usr/libexec/swift/linux/swift-backtrace-static /out/swift-backtrace-static

# --- Run: nothing of Swift but its tool for backtraces, only the system's libraries, which the distribution keeps patched.
FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get upgrade -y \
    && apt-get install -y --no-install-recommends libssl3 libsqlite3-0 zlib1g libstdc++6 tzdata ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --user-group --uid 10001 --home-dir /var/lib/partnership --create-home --shell /usr/sbin/nologin partnership \
    && install -d -o partnership -g partnership -m 700 /var/lib/partnership
COPY --from=build /out/partnership /usr/local/bin/partnership
# Says where, should it ever crash; that it did, and by which signal, the service says itself.
COPY --from=build /out/swift-backtrace-static /usr/local/libexec/swift-backtrace-static

USER partnership
WORKDIR /var/lib/partnership
ENV PARTNERSHIP_DATA=/var/lib/partnership
ENV SWIFT_BACKTRACE=enable=yes,interactive=no,color=no,registers=none,images=mentioned,threads=crashed,sanitize=yes,unwind=fast,symbolicate=off,swift-backtrace=/usr/local/libexec/swift-backtrace-static
VOLUME /var/lib/partnership
EXPOSE 8443
STOPSIGNAL SIGTERM

# /metrics over the loopback listener answers alike with any certificate and with --plain-http; and the port clients use has to accept.
# With PARTNERSHIP_NO_METRICS there is nothing to ask: give another health check then.
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s --retries=3 \
    CMD ["/bin/bash", "-c", "exec 4<>/dev/tcp/127.0.0.1/${PARTNERSHIP_PORT:-8443} && exec 3<>/dev/tcp/127.0.0.1/${PARTNERSHIP_METRICS_PORT:-9464} && printf 'GET /metrics HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n' >&3 && read -r _ status _ <&3 && [ \"$status\" = 200 ]"]

ENTRYPOINT ["/usr/local/bin/partnership"]
# The certificate is mounted; its key has to be readable for uid 10001.
CMD ["serve", "--host", "0.0.0.0", "--certificate", "/etc/partnership/tls/fullchain.pem", "--private-key", "/etc/partnership/tls/privkey.pem"]
