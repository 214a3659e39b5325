# QUESTRAG: the web page, the packages that serving needs, and what both start with. docs/operations.md says how to run it.

# Writes the page to /app/src/questrag/web/static.
FROM node:22.20.0-bookworm-slim AS page
WORKDIR /app/frontend
COPY frontend/.npmrc frontend/package.json frontend/package-lock.json ./
RUN npm ci
COPY frontend ./
RUN npm run build

# Serving only: no torch. The sources come later, so that a change of theirs leaves this layer as it is.
FROM python:3.11.14-slim-bookworm AS packages
WORKDIR /app
COPY pyproject.toml LICENSE ./
RUN mkdir -p src/questrag && touch README.md src/questrag/__init__.py \
    && python -m venv --without-pip /opt/venv \
    && pip --python /opt/venv/bin/python install --no-cache-dir --disable-pip-version-check --editable .

# The same tree as a checkout, so that every path has its default; only DATA_DIR is elsewhere.
FROM python:3.11.14-slim-bookworm
RUN groupadd --gid 1000 questrag \
    && useradd --uid 1000 --gid questrag --no-create-home --home-dir /data --shell /usr/sbin/nologin questrag \
    && install --directory --owner=questrag --group=questrag --mode=0700 /data
WORKDIR /app
COPY --from=packages /opt/venv /opt/venv
COPY models models
COPY data data
COPY docs/results docs/results
COPY benchmarks/results benchmarks/results
COPY src src
COPY --from=page /app/src/questrag/web/static src/questrag/web/static
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    ENVIRONMENT=production \
    DATA_DIR=/data \
    ORT_DISABLE_TELEMETRY=1 \
    PORT=7860 \
    WORKERS=1
RUN python -m compileall -q src
# By number, so that Kubernetes sees that it is not root; Hugging Face Spaces use the same one.
USER 1000
VOLUME /data
EXPOSE 7860
# The first start makes the search index, which takes minutes where there is one core.
HEALTHCHECK --interval=15s --timeout=5s --start-period=300s --retries=3 CMD ["python", "-c", \
    "import http.client, os, sys; c = http.client.HTTPConnection('127.0.0.1', int(os.environ['PORT']), timeout=4); c.request('GET', '/health/ready'); sys.exit(c.getresponse().status != 200)"]
CMD ["sh", "-c", "exec questrag serve --host 0.0.0.0 --port \"$PORT\" --workers \"$WORKERS\""]
