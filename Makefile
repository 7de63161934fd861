# make install   set up .venv (quick when nothing changed)
# make demo      three arms of the rat's headline, one seed: a table, results/demo.h5, results/demo.png
# make headline  patient and rat over five seeds and five acceptable sets (over an hour): docs/headline*.*
# make function  what the circuit can do before and after, over five seeds: results/function/function_function.png
# make timelapse the error of the headline's time-lapse, and the proof without: docs/timelapse.*
# make findings  held against the literature (about half an hour): docs/findings.md, a page in results/
# make compare   rival hypotheses against the findings (50 minutes): docs/hypotheses.*
# make sweeps    dose by receptor, and what decides the counts (half an hour): docs/sensitivity.md and its figures
# make rules     the key curve of every rule, played by the rule's own text: docs/rules
# make test      lint, format, types and fast tests (about half an hour)
# make verify    all slow statistical checks (hours)
# make bench     side by side with plain Brian2 and NEST (about 25 minutes): docs/benchmarks.md
# make clean     remove what these made

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
HYPOTHESES := disinhibition,resting_nmda,lowered_ei,pv_carried,sst_carried,glun2cd_carried,$\
	mtorc1_not_required,direct_trkb,hydroxynorketamine

# the extra "bench" of pyproject.toml, one by one
PEERS := 'nest-simulator>=3.10' 'cython>=3'

.PHONY: install demo headline function timelapse findings compare sweeps rules test verify bench clean

install: $(STAMP)

$(STAMP): pyproject.toml constraints.txt
	@command -v $(PYTHON) >/dev/null || { \
		echo "error: no $(PYTHON) here; on Debian: apt-get install python3 python3-venv"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || { \
		echo "error: $$($(PYTHON) --version) cannot be used: expected Python 3.11, 3.12 or 3.13;" \
			"choose one with: make $(MAKECMDGOALS) PYTHON=python3.11"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
		echo "error: $(PYTHON) cannot make a virtual environment;" \
			"on Debian: apt-get install python3-venv"; exit 1; }
	@command -v g++ >/dev/null || { \
		echo "warning: no C++ compiler, runs will be several times slower;" \
			"on Debian: apt-get install g++"; }
	@$(BIN)/python -c '' 2>/dev/null || $(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check \
		--constraint constraints.txt --editable '.[test]'
	@touch $@

demo: install
	@mkdir -p results
	$(BIN)/synaptoket run experiments/rat_stress_and_ketamine.py --tolerance 0.1 \
		--arms control,stress_vehicle,stress_ketamine --out results/demo.h5 --overwrite --figure results/demo.png

headline: install
	$(BIN)/synaptoket run experiments/stress_and_ketamine.py --neurons 1000 --seeds 5 --jobs 2 \
		--keep-checkpoints branches --sets models/calibration/accepted --set-seeds 1 \
		--out results/headline --overwrite
	$(BIN)/synaptoket plot results/headline --out docs/headline.png --table docs/headline.md --all
	$(BIN)/synaptoket run experiments/rat_stress_and_ketamine.py --neurons 1000 --seeds 5 --jobs 2 \
		--keep-checkpoints branches --sets models/calibration/accepted --set-seeds 1 \
		--out results/headline_rat --overwrite
	$(BIN)/synaptoket plot results/headline_rat --out docs/headline_rat.png --table docs/headline_rat.md --all

function: install
	$(BIN)/synaptoket run experiments/function_after_stress.py --neurons 1000 --seeds 5 --jobs 2 \
		--keep-checkpoints branches --out results/function --overwrite
	$(BIN)/synaptoket plot results/function --table results/function.md

timelapse: install
	$(BIN)/synaptoket timelapse experiments/stress_and_ketamine.py --arm stress_ketamine \
		--phases treatment \
		--neurons 400 --seeds 6 --jobs 2 --out results/timelapse --table docs/timelapse.md --resume
	$(BIN)/python experiments/brute_force_timelapse.py --jobs 2 --figure docs/timelapse.png

findings: install
	$(BIN)/synaptoket findings --tolerance 0.1 --jobs 2 --table docs/findings.md --report results/findings.html

compare: install
	$(BIN)/synaptoket compare --only F5,F6,F7,F9,F10 \
		--hypotheses $(HYPOTHESES) --tolerance 0.1 --jobs 2 \
		--figure docs/hypotheses.png --table docs/hypotheses.md

sweeps: install
	$(BIN)/synaptoket sweep dose_by_glun2d --out results/dose_by_glun2d
	$(BIN)/synaptoket plot results/dose_by_glun2d --out docs/sweeps_dose.png \
		--table results/dose_by_glun2d.md
	$(BIN)/synaptoket sweep stress_by_timing --out results/stress_by_timing
	$(BIN)/synaptoket plot results/stress_by_timing --out docs/sweeps_timing.png \
		--table results/stress_by_timing.md
	$(BIN)/synaptoket sweep headline_sensitivity --out results/headline_sensitivity
	$(BIN)/synaptoket sensitivity results/headline_sensitivity \
		--outcome count_24h --outcome count_14d --outcome gain_24h --outcome glutamate_peak \
		--figure docs/sensitivity.png --table results/headline_sensitivity.md

rules: install
	$(BIN)/python -m synaptoket.studies.rule_curves --out docs/rules

test: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright --pythonpath $(BIN)/python
	$(BIN)/python -m pytest

# NEST and Cython are compared with where they can be installed.
verify: install
	@for peer in $(PEERS); do \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check \
			--constraint constraints.txt "$$peer" \
			|| echo "warning: $$peer cannot be installed: nothing is compared with it"; \
	done
	$(BIN)/python -m pytest -m slow

# A peer that cannot be installed leaves its rows unmeasured; then, and whenever a row is missing,
# the benchmark is run to its end and this ends with an error.
bench: install
	@for peer in $(PEERS); do \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check \
			--constraint constraints.txt "$$peer" \
			|| echo "warning: $$peer cannot be installed: its rows are not measured"; \
	done
	$(BIN)/python -m benchmarks.run

clean:
	rm -rf $(VENV) build dist .pytest_cache .ruff_cache results/demo.h5 results/demo.h5.part \
		results/demo.png results/benchmarks.json
	find src tests experiments benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +
