# dragoman in a container: see docs/operating.md, "In a container". docker/Dockerfile is the same file.
#   docker build -t dragoman .
#   docker run --rm -p 127.0.0.1:8080:8080 --env-file .env dragoman

FROM debian:12 AS build
WORKDIR /build
COPY tools/install-packages.sh tools/
RUN tools/install-packages.sh build && rm -rf /var/lib/apt/lists/*
COPY CMakeLists.txt CMakePresets.json VERSION ./
COPY cmake cmake
COPY packaging/systemd packaging/systemd
COPY src src
RUN cmake --preset release -DDRAGOMAN_TESTS=OFF \
    && cmake --build build/release --target dragoman \
    && strip -o dragoman build/release/dragoman

FROM debian:12-slim
# The packages of the libraries that the program is linked with, and the certificates of the upstreams.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        ca-certificates \
        libssl3 \
        zlib1g \
    && rm -rf /var/lib/apt/lists/* /var/cache/apt/*.bin /var/log/* \
    && groupadd --system --gid 10001 dragoman \
    && useradd --system --no-log-init --no-create-home --uid 10001 --gid dragoman \
        --home-dir /var/lib/dragoman --shell /usr/sbin/nologin dragoman \
    && install -d -m 1777 /var/lib/dragoman \
    && install -d -m 0755 /etc/dragoman
COPY docker/health.sh /usr/local/bin/dragoman-health
COPY packaging/deb/copyright /usr/share/doc/dragoman/copyright
COPY --from=build /build/dragoman /usr/local/bin/dragoman

# Outside of the container nobody comes in but through the port that is published: publish it on 127.0.0.1,
# or set client tokens. What dragoman learns goes to a volume at /var/lib/dragoman, if there is one; a
# config.toml is looked for in /etc/dragoman.
ENV HOST=0.0.0.0 \
    PORT=8080 \
    DRAGOMAN_ALLOW_UNAUTHENTICATED=1 \
    XDG_CONFIG_HOME=/etc \
    STATE_DIRECTORY=/var/lib/dragoman \
    CACHE_DIRECTORY=/var/lib/dragoman/cache
WORKDIR /etc/dragoman
USER 10001:10001
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s --retries=3 CMD ["dragoman-health"]
ENTRYPOINT ["dragoman"]
# The flags stand above HOST and PORT of an --env-file that was written for another proxy.
CMD ["serve", "--host", "0.0.0.0", "--port", "8080"]
