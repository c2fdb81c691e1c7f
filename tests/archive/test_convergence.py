"""Random histories on real clones converge; `tests/faults/test_convergence.py` tries a thousand of them."""

import pytest

from tests.archive.exchange import random_history


@pytest.mark.parametrize("seed", range(6))
def test_clones_end_equal_whatever_was_done_and_in_whatever_order(archive, tmp_path, seed):
    random_history(archive, tmp_path, seed)
