# Build: docker build -t apus .
# Run:   docker run --rm -p 8000:8000 apus                                  (the built-in model)
#        docker run --rm -p 8000:8000 -v /models:/models:ro apus serve /models/DeepSeek-R1-Distill-Qwen-1.5B
FROM swift:6.3-bookworm AS build
WORKDIR /apus
COPY config/install config/build config/
RUN config/install build
COPY Package.swift ./
COPY Sources Sources
# The manifest names the tests: without them it is refused.
COPY Tests Tests
RUN config/build && strip .build/release/apus

FROM debian:bookworm-slim
COPY config/install config/
RUN config/install run && apt-get clean && rm -rf /var/lib/apt/lists/* config \
    && useradd --system --no-create-home --shell /usr/sbin/nologin apus
COPY --from=build /apus/.build/release/apus /usr/local/bin/apus
USER apus
EXPOSE 8000
ENV APUS_HOST=0.0.0.0
HEALTHCHECK --interval=10s --timeout=3s --start-period=120s --retries=3 CMD ["apus", "health"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["apus"]
CMD ["serve"]
