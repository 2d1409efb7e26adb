"""Which sound fits into which file; the copying itself is tested with the videos that are written."""

from __future__ import annotations

from pathlib import Path

import pytest
from media_clips import write_clip

from mpgraph.media.audio import can_hold
from mpgraph.media.source import open_source


@pytest.mark.parametrize(
    ("codec", "container", "holds"),
    [
        ("aac", "mp4", True),
        ("aac", "matroska", True),
        ("aac", "webm", False),
        ("libopus", "webm", True),
        ("libopus", "mp4", True),
        ("libopus", "mov", False),
        ("pcm_s16le", "webm", False),
    ],
)
def test_a_format_holds_what_its_header_takes(
    codec: str, container: str, holds: bool, tmp_path: Path
) -> None:
    with open_source(str(write_clip(tmp_path / "in.mkv", range(2), sound=codec))) as source:
        assert source.audio is not None
        assert can_hold(container, source.audio) is holds
