# docker build --tag usagebot .
ARG PYTHON=3.13.15-slim-trixie

FROM python:${PYTHON} AS build
WORKDIR /src
COPY docker/install-requirements.sh docker/
COPY requirements.lock ./
RUN sh docker/install-requirements.sh requirements.lock /opt/usagebot
COPY docker/install-bot.sh docker/
COPY LICENSE README.md pyproject.toml requirements-build.lock ./
COPY migrations migrations
COPY bot bot
RUN sh docker/install-bot.sh /src /opt/usagebot

FROM python:${PYTHON}
LABEL org.opencontainers.image.title="usagebot" \
      org.opencontainers.image.description="Usage alerts and quotas for Altostrat SD-WAN fleets" \
      org.opencontainers.image.licenses="Apache-2.0"
# The one folder that it writes to besides /tmp: its history, where that is SQLite.
RUN --mount=type=bind,source=docker,target=/docker \
    sh /docker/strip.sh /usr/local && install -d -m 700 -o 10001 -g 10001 /data
COPY --from=build /opt/usagebot /opt/usagebot
COPY docker/healthy.py /opt/usagebot/healthy.py
ENV HOME=/tmp \
    XDG_CACHE_HOME=/tmp/.cache \
    XDG_CONFIG_HOME=/tmp/.config \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONSAFEPATH=1 \
    HTTP_HOST=0.0.0.0 \
    LOG_FORMAT=json \
    RULES_PATH=/rules
# By number, so that an orchestrator can see that it is not root.
USER 10001:10001
WORKDIR /data
VOLUME ["/data"]
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
    CMD ["/opt/usagebot/bin/python", "-I", "/opt/usagebot/healthy.py"]
ENTRYPOINT ["/opt/usagebot/bin/usagebot"]
CMD ["run"]
