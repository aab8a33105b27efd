# Short names for what run.py does; `make lock UPGRADE=--upgrade` takes newer packages.
.PHONY: start test format lock

COMPILE = uv pip compile --universal --python-version 3.11 --generate-hashes --quiet \
	--no-emit-index-url --no-emit-find-links --no-header $(UPGRADE)

start:
	python3 run.py

test:
	python3 run.py test

format:
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .

lock:
	$(COMPILE) requirements/base.in --output-file requirements/base.lock
	$(COMPILE) requirements/dev.in --output-file requirements/dev.lock
