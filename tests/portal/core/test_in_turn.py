"""Parts of a long job: two at once, ended in their order, none behind one that failed."""

from threading import Event

import pytest
from django.db import connection, transaction

from portal.core.in_turn import work_in_turn

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def test_the_next_part_begins_before_one_ends_and_ends_after_it():
    begun, ended = {number: Event() for number in range(6)}, []

    def work(number, turn):
        begun[number].set()
        turn.let_next_begin()
        if number % 2 == 0:
            assert begun[number + 1].wait(10)
        turn.wait()
        with transaction.atomic():
            ended.append(number)

    work_in_turn(range(6), work)

    assert ended == list(range(6))


def test_a_part_begins_only_when_the_one_before_lets_it():
    seen = []

    def work(number, turn):
        seen.append(("begins", number))
        turn.wait()
        seen.append(("ends", number))

    work_in_turn(range(3), work)

    assert seen == [(what, number) for number in range(3) for what in ("begins", "ends")]


def test_what_fails_ends_the_work_behind_it_and_is_raised():
    ended, waits = [], Event()

    def work(number, turn):
        turn.let_next_begin()
        if number == 1:
            assert waits.wait(10)
            raise LookupError("the second")
        if number == 2:
            waits.set()
        turn.wait()
        ended.append(number)

    with pytest.raises(LookupError, match="the second"):
        work_in_turn(range(6), work)

    assert ended == [0]


def test_what_cannot_be_read_ends_the_work_after_what_was_read():
    ended = []

    def parts():
        yield from range(2)
        raise LookupError("the third")

    with pytest.raises(LookupError, match="the third"):
        work_in_turn(parts(), lambda number, _turn: ended.append(number))

    assert ended == [0, 1]


def test_inside_a_transaction_parts_come_one_by_one_on_its_connection():
    seen = []
    with transaction.atomic():
        work_in_turn(range(3), lambda number, _turn: seen.append((number, connection.in_atomic_block)))
    assert seen == [(0, True), (1, True), (2, True)]
