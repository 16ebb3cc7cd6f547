# The hub as an image: Python, the pinned packages, the code. No secret is inside, and
# nothing is written outside of /data and /tmp: run it with a read-only root.
# Checked as text by tests/test_deployment.py; not yet built, for want of a docker engine.

FROM python:3.11-slim-trixie AS packages

COPY requirements/run.txt requirements/s3.txt requirements/push.txt /requirements/
# The optional ones too: whether a bucket or web push is used is a setting, not an image.
RUN python -m venv /venv \
    && for part in run s3 push; do \
        /venv/bin/pip install --no-cache-dir --disable-pip-version-check \
            --require-hashes -r /requirements/$part.txt || exit 1; \
    done

FROM python:3.11-slim-trixie

# pg_dump and pg_restore 17, for `manage.py backup`: the server's version in compose.
RUN apt-get update \
    && apt-get install -y --no-install-recommends postgresql-client-17 \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --system --gid 10001 hub \
    && useradd --system --gid hub --uid 10001 --no-create-home hub \
    && install -d -o hub -g hub /data

COPY --from=packages /venv /venv
WORKDIR /app
COPY asgi.py environment.py manage.py settings.py urls.py ./
COPY hub hub
COPY realtime realtime
COPY notifications notifications
COPY templates templates

ENV PATH=/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1

# Translations are compiled here, because the running account may not write to /app.
RUN python -c "from hub.locale_files import compile_catalogues; compile_catalogues()"

USER hub
ENV HUB_MODE=production \
    HOST=0.0.0.0 \
    PORT=8000 \
    DATA_FOLDER=/data
VOLUME /data
EXPOSE 8000

HEALTHCHECK --interval=15s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "from os import environ as e; from urllib.request import urlopen; urlopen(f'http://127.0.0.1:{e[\"PORT\"]}/healthz', timeout=4)"]

# No shell around it, so that SIGTERM reaches it: sockets are then closed with 1012.
CMD ["python", "manage.py", "serve"]
