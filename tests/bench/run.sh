#!/bin/sh
# Speed and quality, each as a ratio to a peer measured in the same run. From the project's folder: sh tests/run.sh bench
set -eu
python -m tests.bench.speed
python -m tests.bench.single_record
python -m tests.bench.dedupe_quality
