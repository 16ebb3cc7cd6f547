# The commands of this project. Each one prepares .venv by itself; the work is in
# scripts/, so that everything also runs without make.

PYTHON ?= python3
VENV := .venv/bin
PREPARE = @$(PYTHON) scripts/setup.py --quiet
TEST_SHAPE ?= machine
# `make lock LOCK_OPTIONS=` keeps the present versions and only adds what is new.
LOCK_OPTIONS ?= --upgrade
LOCK = uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header $(LOCK_OPTIONS)

.DEFAULT_GOAL := help
.PHONY: help run cluster test test-fast test-day test-cluster lint format bench bench-peers \
	login lock looks translations access journeys faults crash-mail files-faults sockets backups offline \
	clean up

help: ## show this list
	@sed -n 's/^\([a-z-]*\):.*## /\1	/p' $(firstword $(MAKEFILE_LIST)) | expand -t 14

run: ## start the application on http://127.0.0.1:8000 (PORT=9000 changes it)
	@$(PYTHON) scripts/run.py $(ARGS)

cluster: ## start 2 web processes, workers, PostgreSQL, Valkey behind a proxy (PORT)
	@$(PYTHON) scripts/cluster.py $(ARGS)

test: ## check everything: lint, types, all tests in both shapes (ARGS="-k word")
	@$(PYTHON) scripts/test.py -- $(ARGS)

test-fast: ## run the tests in the embedded shape only, without lint
	@$(PYTHON) scripts/test.py --only embedded -- $(ARGS)

test-day: ## run the tests of rules and pages on another day (DAY="2027-03-28 00:58")
	$(PREPARE)
	@test -n "$$DAY" || { echo 'Usage: make test-day DAY="2027-03-28 00:58"' >&2; exit 2; }
	@TEST_DAY="$$DAY" TEST_SHAPE=embedded $(VENV)/python -m pytest -q -n 2 \
		--dist loadfile tests/hub tests/notifications $(ARGS)

test-cluster: ## run every journey on several processes behind a proxy
	$(PREPARE)
	@TEST_SHAPE=machine HUB_SHAPE=cluster $(VENV)/python -m pytest \
		tests/journeys tests/cluster $(ARGS)

lint: ## check format, style, types, import directions, templates, translations
	@$(PYTHON) scripts/test.py --only lint

format: ## rewrite the Python files in the house format
	$(PREPARE)
	@$(VENV)/ruff format .
	@$(VENV)/ruff check --fix .

bench: ## measure side by side and print ratios (ARGS=realtime, national, files or mail: more)
	$(PREPARE)
	@$(VENV)/python -m bench $(ARGS)

bench-peers: ## install ejabberd (apt, as root) and Synapse (into var/) to compare with
	@$(PYTHON) scripts/bench_peers.py

login: ## print a one-time sign-in address: make login EMAIL=someone@example.org
	@test -n "$$EMAIL" || { echo "Usage: make login EMAIL=someone@example.org" >&2; exit 2; }
	@test -x $(VENV)/python || { echo "Start the hub once first: make run" >&2; exit 2; }
	@$(VENV)/python manage.py login_link "$$EMAIL"

lock: ## pin the newest allowed versions, with hashes, into requirements/*.txt
	@command -v uv >/dev/null || test -x $(VENV)/uv || { \
		$(PYTHON) scripts/setup.py --quiet && $(VENV)/python -m pip install --quiet uv; }
	@# dev.txt is compiled under run.txt's pins: one version of each package in both.
	@export PATH="$(CURDIR)/$(VENV):$$PATH"; \
		$(LOCK) requirements/run.in -o requirements/run.txt >/dev/null && \
		$(LOCK) requirements/dev.in -c requirements/run.txt \
			-o requirements/dev.txt >/dev/null && \
		$(LOCK) requirements/s3.in -c requirements/run.txt \
			-o requirements/s3.txt >/dev/null && \
		$(LOCK) requirements/push.in -c requirements/dev.txt \
			-o requirements/push.txt >/dev/null && \
		$(LOCK) requirements/dsfr.in -c requirements/run.txt \
			-o requirements/dsfr.txt >/dev/null
	@echo "Pinned run.txt, dev.txt, s3.txt, push.txt and dsfr.txt in requirements/."

looks: ## open every page and state, judge it, keep pictures in var/looks/ (ARGS=home)
	$(PREPARE)
	@$(VENV)/python -m tests.looks $(ARGS)

translations: ## collect the texts to translate into the French catalogue
	$(PREPARE)
	@$(VENV)/python scripts/translations.py update

journeys: ## what people do most, at length, in a browser (counted acts, drafts, keys)
	$(PREPARE)
	@TEST_SHAPE=embedded $(VENV)/python -m pytest -m long_journeys tests/journeys $(ARGS)

access: ## walk every page, and journeys without mouse, script or socket
	$(PREPARE)
	@TEST_SHAPE=embedded $(VENV)/python -m pytest -m "access or not access" \
		tests/access $(ARGS)

faults: ## break everything for a quarter of an hour (ARGS="-k word" for a part)
	$(PREPARE)
	@for shape in embedded machine; do \
		FAULTS=long TEST_SHAPE=$$shape $(VENV)/python -m pytest -s \
			-m "faults or not faults" tests/faults $(ARGS) || exit 1; done

crash-mail: ## send 2,000 mails while their worker is killed 200 times (SQLite)
	$(PREPARE)
	@MAIL_KILLS=$${MAIL_KILLS:-200} TEST_SHAPE=embedded $(VENV)/python -m pytest -s \
		tests/faults/test_crash_mail.py $(ARGS)

files-faults: ## send 200 files while their scanner breaks, and every bomb (TEST_SHAPE as above)
	$(PREPARE)
	@TEST_SHAPE=$(TEST_SHAPE) $(VENV)/python -m pytest -m files_faults \
		tests/files $(ARGS)

sockets: ## let sockets wait and stall for minutes (TEST_SHAPE as above)
	$(PREPARE)
	@TEST_SHAPE=$(TEST_SHAPE) $(VENV)/python -m pytest -m long_sockets \
		tests/faults/test_long_sockets.py $(ARGS)

offline: ## stay offline for five minutes with three messages typed, then send them
	$(PREPARE)
	@OFFLINE_SECONDS=$${OFFLINE_SECONDS:-300} TEST_SHAPE=embedded $(VENV)/python -m pytest \
		tests/journeys/test_kept_writing.py -k typed_offline $(ARGS)

backups: ## take 20 backups under load and restore each (TEST_SHAPE as above)
	$(PREPARE)
	@BACKUPS=$${BACKUPS:-20} TEST_SHAPE=$(TEST_SHAPE) $(VENV)/python -m pytest -s \
		-m backups tests/backups $(ARGS)

clean: ## remove .venv, and after a question var/ (database, files, mails)
	@echo "Removing .venv (make run builds it again)."
	@rm -rf .venv
	@test ! -d var || { \
		echo "var/ holds the database and the development key."; \
		printf "Remove var/ as well, for ever? [y/N] "; \
		read -r answer || answer=n; \
		case "$$answer" in [yY]) rm -rf var; echo "Removed var/." ;; \
			*) echo "Kept var/." ;; esac; }

up: ## start the full production shape with docker compose
	@docker compose up --build $(ARGS)
