"""What the processes of a crew have in common, and what each has of its own."""

import pytest
from django.db import connection

from review.simulated_year.crew import side_by_side

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]


class Asking:
    """Asks the server twice who is asking; what other processes were told comes back to `others`."""

    def __init__(self):
        self.told, self.others = [], []

    def ask(self):
        for _ in range(2):
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                self.told += cursor.fetchone()

    def begin_notes(self, process):
        self.told = []

    def notes(self):
        return self.told

    def take_over(self, notes):
        self.others.append(notes)


def test_the_first_process_keeps_its_connection_day_after_day_and_the_others_have_their_own():
    asking = Asking()
    asking.ask()
    for _ in range(2):
        side_by_side(asking, asking.ask, processes=2)
    [own] = set(asking.told)
    assert len(asking.told) == 6
    assert len(asking.others) == 2
    assert all(len(set(told)) == 1 and own not in told for told in asking.others)
