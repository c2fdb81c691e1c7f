"""A thousand random histories on two and three clones, with real repositories."""

import pytest

from tests.archive.exchange import random_history


@pytest.mark.fault
@pytest.mark.parametrize("seed", range(1000))
def test_clones_end_equal_whatever_was_done_and_in_whatever_order(archive, tmp_path, seed):
    random_history(archive, tmp_path, 1000 + seed)
