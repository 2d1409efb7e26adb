"""What the command line asks of the C library's heap."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

CHURN = """
import resource, sys, threading
import numpy as np
if sys.argv[1] == "keep":
    from mpgraph.cli.heap import keep_freed_memory
    keep_freed_memory()

def churn():
    for _ in range(20):
        frames = [np.ones(3 << 20, np.uint8) for _ in range(8)]

def pages():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt

churn()
before = pages()
for _ in range(2):
    thread = threading.Thread(target=churn)
    thread.start()
    thread.join()
print(pages() - before)
"""


def new_pages(how: str) -> int:
    done = subprocess.run([sys.executable, "-c", CHURN, how], check=True, capture_output=True, text=True)
    return int(done.stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc's heap can be told")
def test_freed_memory_is_used_again() -> None:
    """Arrays of megabytes that threads make and drop, over and over, take hardly any new pages."""
    one_round = 8 * (3 << 20) // 4096
    assert new_pages("keep") < one_round / 4
    assert new_pages("leave") > one_round
