# One image for every process of Galleria; docker-compose.yml says which command each container runs.
FROM python:3.11-slim-bookworm

RUN useradd --system --user-group --create-home --home-dir /srv/galleria galleria
WORKDIR /opt/galleria

# The locked packages first, so that a change of our own code does not fetch them again.
COPY requirements.lock ./
RUN python3 -m pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements.lock

COPY pyproject.toml README.md LICENSE ./
COPY federation federation
COPY shops shops
COPY search search
COPY payouts payouts
COPY marketplace marketplace
RUN python3 -m pip install --no-cache-dir --disable-pip-version-check --no-deps .

USER galleria
WORKDIR /srv/galleria
ENTRYPOINT ["galleria"]
CMD ["--help"]
