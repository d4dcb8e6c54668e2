"""The table of batch sizes."""

import re

import pytest

from engine.tensors.batches import division
from viz.tensors.batches import byte_text, sizes_table_html


def test_each_row_is_a_division_and_the_chosen_one_is_marked():
    html = sizes_table_html([division(60_000, size) for size in (1, 128, 60_000)], 128)
    rows = re.findall(r'<tr class="(.*?)"><th scope="row">(.*?)</th><td>(.*?)</td><td>(.*?)</td><td>(.*?)</td>', html)
    assert rows == [
        ("", "1", "60,000", "1", "3.14 kB"),
        ("chosen", "128", "469", "96", "401 kB"),
        ("", "60,000", "1", "60,000", "188 MB"),
    ]


@pytest.mark.parametrize(
    ("count", "text"),
    [(999, "999 B"), (1_000, "1.00 kB"), (31_360, "31.4 kB"), (4_390_400, "4.39 MB"), (2 * 10**9, "2.00 GB")],
)
def test_bytes_have_three_digits(count, text):
    assert byte_text(count) == text
