"""The pacer: no window ever holds more than Telegram allows, and hardly less when there is work."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.pacer import LATE_S, Pacer

Sent = list[tuple[float, int]]


class Timeline:
    """Simulated time: calls that take a while, chosen as the broadcaster chooses them."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.pacer = Pacer(lambda: self.now)
        self.arrived: Sent = []

    def send(self, chat_id: int, travel_s: float, answer_s: float) -> Callable[[], None]:
        """Start a call that arrives after `travel_s`; what is returned ends it."""
        call = self.pacer.begin(chat_id)
        self.arrived.append((self.now + travel_s, chat_id))
        ends = self.now + travel_s + answer_s

        def end() -> None:
            now, self.now = self.now, ends
            self.pacer.end(call)
            self.now = now

        return end

    def run(self, chats: list[int], for_s: float, travel_s: Callable[[], float]) -> None:
        """Send to whichever chat may have a message, for so long."""
        until = self.now + for_s
        while self.now < until:
            ready = [chat for chat in chats if self.pacer.wait_s(chat) <= 0]
            wait = self.pacer.wait_all_s()
            if wait <= 0 and ready:
                self.send(ready[len(self.arrived) % len(ready)], travel_s(), 0.0)()
            else:
                waits = [self.pacer.wait_s(chat) for chat in chats]
                self.now += max(wait, min(waits), 1e-4)


def most_within(arrived: Sent, window_s: float, chat_id: int | None = None) -> int:
    times = sorted(at for at, chat in arrived if chat_id in {None, chat})
    return max((sum(at <= other < at + window_s for other in times) for at in times), default=0)


travels = st.lists(st.floats(0, LATE_S), min_size=1, max_size=20)


@settings(deadline=None, max_examples=30)
@given(travels, st.integers(1, 60))
def test_no_second_holds_more_than_thirty(times: list[float], people: int) -> None:
    line, turns = Timeline(), iter(times * 400)
    line.run(list(range(1, people + 1)), 6.0, lambda: next(turns))

    assert most_within(line.arrived, 1.0 - 1e-6) <= 30


@settings(deadline=None, max_examples=20)
@given(travels, st.integers(1, 4))
def test_no_chat_has_two_in_a_second_and_no_group_over_twenty_a_minute(times: list[float], groups: int) -> None:
    line, turns = Timeline(), iter(times * 400)
    chats = [-number for number in range(1, groups + 1)]
    line.run(chats, 130.0, lambda: next(turns))

    for chat in chats:
        assert most_within(line.arrived, 1.0 - 1e-6, chat) <= 1
        assert most_within(line.arrived, 60.0 - 1e-6, chat) <= 20


@pytest.mark.parametrize("travel_s", [0.0, 0.003, 0.02, 0.05])
def test_with_work_at_least_95_percent_of_the_rate_is_used(travel_s: float) -> None:
    line = Timeline()
    line.run(list(range(1, 200)), 60.0, lambda: travel_s)

    assert len(line.arrived) >= 0.95 * 30 * 60


def test_a_group_gets_its_share_and_leaves_room_for_answers() -> None:
    line = Timeline()
    line.run([-1], 600.0, lambda: 0.0)

    assert 0.95 * 17 * 10 <= len(line.arrived) <= 20 * 10


def test_a_pause_holds_that_chat_for_exactly_as_long() -> None:
    line = Timeline()
    line.pacer.hold(7, 5.0)

    assert line.pacer.wait_s(7) == pytest.approx(5.0)
    assert (line.pacer.wait_s(8), line.pacer.wait_all_s()) == (0.0, 0.0)
    line.now += 5.0
    assert line.pacer.wait_s(7) == 0.0


def test_pauses_of_two_chats_at_once_hold_everybody() -> None:
    line = Timeline()
    line.pacer.hold(7, 5.0)
    line.pacer.hold(8, 3.0)

    assert line.pacer.wait_all_s() == pytest.approx(3.0)
    assert line.pacer.held_s(9) == pytest.approx(3.0)


def test_pauses_long_apart_hold_only_their_chats() -> None:
    line = Timeline()
    line.pacer.hold(7, 5.0)
    line.now += 2.0
    line.pacer.hold(8, 5.0)

    assert line.pacer.wait_all_s() == 0.0


def test_cards_in_private_wait_only_for_a_pause_that_telegram_wants() -> None:
    line = Timeline()
    for _ in range(10):
        assert line.pacer.wait_edit_s(7) == 0.0
        line.send(7, 0.0, 0.0)()
    line.pacer.hold(7, 4.0)

    assert line.pacer.wait_edit_s(7) == pytest.approx(4.0)


def test_silent_chats_are_forgotten() -> None:
    line = Timeline()
    for chat in range(1, 6001):
        line.send(chat, 0.0, 0.0)()
        line.now += 0.1

    assert len(line.pacer._chats) < 3000


def test_a_crowd_is_looked_through_seldom_and_forgotten_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    line, sweeps, sweep = Timeline(), [], Pacer._sweep
    monkeypatch.setattr(Pacer, "_sweep", lambda pacer, now: (sweeps.append(now), sweep(pacer, now)))
    for number in range(20_000):
        line.now += 0.00001
        line.pacer.end(line.pacer.begin(-number - 1))
    assert len(line.pacer._chats) == 20_000, "all of them wrote within the minute"
    assert len(sweeps) <= 6

    for number in range(100_000):
        line.now += 0.001
        line.pacer.end(line.pacer.begin(number + 1))
    assert len(line.pacer._chats) <= 42_000
    assert len(sweeps) <= 60
