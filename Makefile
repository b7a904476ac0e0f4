# Two commands: `make serve` starts Daybook, `make test` runs every test. Both install what they need.
# Each target is `python3 dev.py <target>`, for machines without make.
PYTHON ?= python3

.PHONY: serve test lint bench lock
serve test lint bench lock:
	@$(PYTHON) dev.py $@ $(ARGS)
