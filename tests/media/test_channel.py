"""The channel between two threads."""

from __future__ import annotations

from threading import Thread

import pytest

from mpgraph.media.channel import Channel, ChannelClosedError


def test_things_come_out_in_order_and_then_the_end() -> None:
    channel: Channel[int] = Channel(2)

    def feed() -> None:
        assert all(channel.put(k) for k in range(100))
        channel.finish()

    feeder = Thread(target=feed)
    feeder.start()
    taken = []
    with pytest.raises(ChannelClosedError):
        while True:
            taken.append(channel.take())
    feeder.join()
    assert taken == list(range(100))


def test_at_most_depth_things_wait() -> None:
    channel: Channel[int] = Channel(2)
    put: list[int] = []

    def feed() -> None:
        for k in range(5):
            channel.put(k)
            put.append(k)

    feeder = Thread(target=feed)
    feeder.start()
    for k in range(5):
        assert channel.take() == k
        assert len(put) <= k + 1 + 2 + 1  # taken, waiting, and one being put
    feeder.join()


def test_cancel_wakes_the_one_that_waits_for_room() -> None:
    channel: Channel[int] = Channel(1)
    channel.put(1)
    results: list[bool] = []
    feeder = Thread(target=lambda: results.append(channel.put(2)))
    feeder.start()
    channel.cancel()
    feeder.join()
    assert results == [False]
    with pytest.raises(ChannelClosedError):
        channel.take()


def test_cancel_wakes_the_one_that_waits_for_a_thing() -> None:
    channel: Channel[int] = Channel(1)
    ended: list[bool] = []

    def take() -> None:
        with pytest.raises(ChannelClosedError):
            channel.take()
        ended.append(True)

    taker = Thread(target=take)
    taker.start()
    channel.cancel()
    taker.join()
    assert ended == [True]


def test_the_newest_thing_replaces_the_oldest_when_asked_for() -> None:
    channel: Channel[int] = Channel(1, newest=True)
    assert all(channel.put(k) for k in range(5))
    channel.finish()
    assert channel.take() == 4
    with pytest.raises(ChannelClosedError):
        channel.take()
