# One image for the site, the indexer and the commands; docker-compose.yml says which runs where.
FROM python:3.13-slim

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /srv/ribambelle

# The libraries first: they change less often than the code.
COPY requirements.txt ./
RUN pip install --no-cache-dir --require-hashes -r requirements.txt

COPY pyproject.toml requirements.in README.md LICENSE ./
COPY settings settings
COPY domain domain
COPY mappings mappings
COPY registry registry
COPY indexer indexer
COPY search_api search_api
COPY web web
COPY jobs jobs
COPY demo demo
COPY local local
COPY cli cli
RUN pip install --no-cache-dir --no-deps --no-build-isolation --editable .

USER nobody
EXPOSE 8000
ENTRYPOINT ["ribambelle"]
CMD ["serve", "--host", "0.0.0.0"]
