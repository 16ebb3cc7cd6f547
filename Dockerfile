# One image for web processes and one-shot commands. No secret is built in.
FROM python:3.11-slim
ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
WORKDIR /app
COPY requirements/run.txt requirements/run.txt
RUN pip install --no-cache-dir --require-hashes -r requirements/run.txt
COPY . .
# Compiled here, because the running container writes only to DATA_FOLDER.
RUN python -c "from hub.locale_files import compile_catalogues; compile_catalogues()" \
    && useradd --system --create-home --home-dir /var/lib/hub hub
USER hub
ENV HUB_MODE=production HOST=0.0.0.0 PORT=8000 DATA_FOLDER=/var/lib/hub
EXPOSE 8000
CMD ["python", "manage.py", "serve"]
