# Two commands for a new machine: `make run` and `make test`. Needs Python 3.11+ and a package index.
.DEFAULT_GOAL := help
.PHONY: help run dev test fuzz chaos lint format bench venv venv-dev python limpar

# The first Python that is new enough, unless PYTHON= names one.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
VENV_PYTHON := .venv/bin/python
# Two test processes, each with a database of its own. `make test PYTEST_ARGS="-n 0 clientes"` for a part of it.
PYTEST_ARGS ?= -n 2

help: ## what there is to call
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 16

run: venv ## the whole product with demo companies; Ctrl-C stops it
	@$(VENV_PYTHON) -m config.supervisor

dev: venv ## the same with a development server that reloads
	@$(VENV_PYTHON) -m config.supervisor --dev

test: venv-dev ## the whole test suite, on servers of its own
	@$(VENV_PYTHON) -m pytest $(PYTEST_ARGS)

fuzz: venv-dev ## the stock's random races for longer: FUZZ_S seconds (300), and 200 random sequences
	@ESTOQUE_FUZZ_S=$(or $(FUZZ_S),300) ESTOQUE_FUZZ_EXEMPLOS=200 $(VENV_PYTHON) -m pytest -n 0 \
	estoque/tests/test_corrida.py estoque/tests/test_propriedade.py

lint: venv-dev ## formatter, linter, types, import contracts, migrations
	@$(VENV_PYTHON) -m ruff format --check .
	@$(VENV_PYTHON) -m ruff check .
	@$(VENV_PYTHON) -m mypy .
	@.venv/bin/lint-imports
	@$(VENV_PYTHON) -W "ignore:Got an error checking a consistent migration history" manage.py makemigrations --check --dry-run

format: venv-dev ## put the code into the shape that lint asks for
	@$(VENV_PYTHON) -m ruff format .
	@$(VENV_PYTHON) -m ruff check --fix .

chaos: venv-dev ## the long form of "each message leaves exactly once": kill -9, faults, thousands of races
	@CAOS_MENSAGENS=2000 CORRIDAS=3000 $(VENV_PYTHON) -m pytest -n 0 cobranca/tests/test_exatamente_uma_vez.py cobranca/tests/test_corridas.py

bench: venv-dev ## every speed claim beside its baseline
	@$(VENV_PYTHON) -m bench

venv: python ## .venv with what the product needs
	@$(PYTHON) config/instalar.py base

venv-dev: python ## .venv with the test tools as well
	@$(PYTHON) config/instalar.py dev

python:
	@$(or $(PYTHON),false) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	echo "Erro: não achei o Python 3.11 ou mais novo$(if $(PYTHON), em PYTHON=$(PYTHON)). Instale-o ou diga onde está: make run PYTHON=/caminho/python3.11" >&2; exit 1; }
