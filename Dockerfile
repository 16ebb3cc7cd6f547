# The hub as an image: Python, the pinned packages, the code. No secret is inside.
# Checked as text by tests/test_docs.py; not yet built, for want of a docker engine.

FROM python:3.11-slim

ENV PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1

WORKDIR /app

COPY requirements/run.txt requirements/run.txt
RUN pip install --no-cache-dir --disable-pip-version-check \
    --require-hashes -r requirements/run.txt

COPY asgi.py environment.py manage.py settings.py urls.py ./
COPY hub hub
COPY realtime realtime
COPY notifications notifications
COPY templates templates

# Translations are compiled here, because the running account may not write to /app.
RUN python -c "from hub.locale_files import compile_catalogues; compile_catalogues()" \
    && useradd --system --user-group --uid 10001 --no-create-home hub \
    && install -d -o hub -g hub /data

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
