# The two commands of the README are `make demo` and `make test`; CONTRIBUTING.md tells the others.

PYTHON ?= python3
SCALE ?= demo
PORT ?= 8000
PROCESSES ?= $(if $(ARGS),0,2)
IGN = https://data.geopf.fr/wmts?SERVICE=WMTS&VERSION=1.0.0&REQUEST=GetTile&LAYER=GEOGRAPHICALGRIDSYSTEMS.PLANIGNV2&STYLE=normal&FORMAT=image/png&TILEMATRIXSET=PM&TILEMATRIX={z}&TILEROW={y}&TILECOL={x}
IGN_ATTRIBUTION = © <a href="https://geoservices.ign.fr/">IGN</a>, Plan IGN (Géoplateforme)
PIP = .venv/bin/python -m pip --disable-pip-version-check --quiet

.PHONY: demo test faults bench-indexer bench-search bench-pages bench-alerts bench-hostile check style types lock pin-images audit sbom

# TILES=ign: on the State's map, which every visitor's browser then asks for; without it no other host is asked.
ifeq ($(TILES),ign)
demo: override export TILE_URL := $(IGN)
demo: override export TILE_ATTRIBUTION := $(IGN_ATTRIBUTION)
endif
demo: .venv/.runtime
	@case "$(TILES)" in ""|ign) ;; *) echo "TILES vaut « ign » ou rien ; pour un autre fond de carte : docs/map.md"; exit 1;; esac
	@exec .venv/bin/ribambelle demo --scale $(SCALE) --port $(PORT)

# In two processes, or in one where ARGS names what to run. What `check` does beside the formatting takes a minute of
# one processor; it is done meanwhile, and what it says is told at the end.
test: .venv/.dev style
	@sh tests/web/site/install_chromium.sh
	@sh tests/product/security/install_caddy.sh
	@mkdir -p .local
	@echo "Types et imports sont vérifiés à côté des tests."
	@(.venv/bin/mypy && .venv/bin/lint-imports) >.local/types.log 2>&1 & types=$$!; \
		.venv/bin/python -m pytest --numprocesses=$(PROCESSES) $(ARGS); tests=$$?; \
		wait $$types; types=$$?; cat .local/types.log; exit $$((tests ? tests : types))

# The long form of the faults that `make test` tries briefly; about half an hour.
faults: .venv/.dev
	FAULTS=long .venv/bin/python -m pytest tests/product/faults $(ARGS)

# Rebuild, changes and check beside the raw floor; SCALE=demo for a quick try.
bench-indexer: SCALE := $(if $(filter file,$(origin SCALE)),france,$(SCALE))
bench-indexer: .venv/.dev
	SCALE=$(SCALE) .venv/bin/python -m bench.indexer $(ARGS)

# The API beside Elasticsearch alone; SCALE=demo for a quick try.
bench-search: SCALE := $(if $(filter file,$(origin SCALE)),france,$(SCALE))
bench-search: .venv/.dev
	SCALE=$(SCALE) .venv/bin/python -m bench.search $(ARGS)

# Pages beside the answers of the API that they show; SCALE=demo for a quick try.
bench-pages: SCALE := $(if $(filter file,$(origin SCALE)),france,$(SCALE))
bench-pages: .venv/.dev
	SCALE=$(SCALE) .venv/bin/python -m bench.pages $(ARGS)

# Saved needs against a stream of changes; SCALE=demo for a quick try.
bench-alerts: SCALE := $(if $(filter file,$(origin SCALE)),france,$(SCALE))
bench-alerts: .venv/.dev
	SCALE=$(SCALE) .venv/bin/python -m bench.alerts $(ARGS)

# Sign-ins while hostile files and mails come.
bench-hostile: .venv/.dev
	.venv/bin/python -m bench.hostile $(ARGS)

# Style, types, and who may import whom.
check: style types

style: .venv/.dev
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .

types: .venv/.dev
	.venv/bin/mypy
	.venv/bin/lint-imports

# A stamp is written last, so that an interrupted installation is done again.
.venv/.runtime: requirements.txt requirements-local.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Il faut Python 3.11 ou plus récent ; donnez-le avec PYTHON=…"; exit 1; }
	@echo "Installation des bibliothèques (une minute la première fois)…"
	@$(PYTHON) -m venv .venv \
		|| { echo "L’environnement virtuel ne se crée pas : installez le module venv de Python (python3-venv)."; exit 1; }
	@$(PIP) install --require-hashes -r requirements.txt -r requirements-local.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

.venv/.dev: .venv/.runtime requirements-dev.txt
	@echo "Installation des outils de test…"
	@$(PIP) install --require-hashes -r requirements-dev.txt
	@touch $@

# Anew from each .in file: versions and hashes, no addresses. The first is the image's; the next two keep its versions.
LOCKS = requirements requirements-local requirements-dev tests/search_api/generator/requirements
lock: .venv/.dev
	for lock in $(LOCKS); do \
		.venv/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
			--no-emit-index-url --custom-compile-command "make lock" $$lock.in -o $$lock.txt || exit 1; \
	done

# The digest of each image into docker-compose.yml and Dockerfile; asks the registry with docker, skopeo or crane.
pin-images:
	@$(PYTHON) deploy/pin_images.py

# Known weaknesses of what is locked; asks for advisories, so it is for a machine that reaches them (docs/deploy.md).
audit: .venv/.dev
	@.venv/bin/python -m deploy.audit

# What a site is made of, as CycloneDX: build/sbom.json.
sbom: .venv/.dev
	@.venv/bin/python -m deploy.sbom
