"""Whole-number arithmetic on columns, and why int64 never overflows.

A fact is at most `MAX_FEN` (10^14) and a line has at most 10^4 rows of it, so a fact's sum is at most 10^18; how many
of them a rule may add is bounded when it is compiled. `times` and `checked_totals` refuse what would pass `MOST` (2^60)
by a count or by adding up. A share n/d of f is (f // d) * n + (f % d) * n // d: as n <= d, the first product stays
within f, and the second within d^2, which fits for d up to `FINEST`; a finer ratio is worked in Python's integers.
"""

import math
from collections.abc import Callable, Iterable
from fractions import Fraction

import numpy as np

from policies.engine.columns.population import BoolArray, IntArray, PopulationError
from policies.engine.money import part_down, part_half_up

MOST = 2**60
# 2 * d^2 + d stays inside int64: the bound of rounding half up, which doubles.
FINEST = 2 * 10**9
_HIGHEST_RATE = 9 * 10**4


def share_down(fen: IntArray, ratio: Fraction) -> IntArray:
    """`ratio` of each sum, cut down to the fen; as `money.part_down`."""
    top, bottom = ratio.numerator, ratio.denominator
    if bottom > FINEST:
        return np.array([part_down(part, ratio) for part in fen.tolist()], dtype=np.int64)
    if top == bottom:
        return fen
    whole = fen // bottom
    rest = fen - whole * bottom
    return whole * top + rest * top // bottom


def share_half_up(fen: IntArray, ratio: Fraction) -> IntArray:
    """`ratio` of each sum, rounded half up to the fen; as `money.part_half_up`."""
    top, bottom = ratio.numerator, ratio.denominator
    if bottom > FINEST:
        return np.array([part_half_up(part, ratio) for part in fen.tolist()], dtype=np.int64)
    whole = fen // bottom
    rest = fen - whole * bottom
    return whole * top + (2 * rest * top + bottom) // (2 * bottom)


def share_of_each(fen: IntArray, top: IntArray, bottom: IntArray, *, half_up: bool) -> IntArray:
    """Each sum's own share `top / bottom`, at most the whole; both at most 10^6, so that no product overflows."""
    whole = fen // bottom
    rest = fen - whole * bottom
    if half_up:
        return whole * top + (2 * rest * top + bottom) // (2 * bottom)
    return whole * top + rest * top // bottom


def times(fen: IntArray | int, count: IntArray, where: str) -> IntArray:
    """`fen` times `count`; PopulationError where a product would pass MOST."""
    if int(np.max(fen, initial=0)) * int(count.max(initial=0)) > MOST and np.any(fen > MOST // np.maximum(count, 1)):
        raise PopulationError(f"{where}: a sum times its count passes {MOST} fen")
    return fen * count


def times_factor(
    fen: IntArray, factor: Fraction, share: Callable[[IntArray, Fraction], IntArray], where: str
) -> IntArray:
    """`factor` times each sum, which may be more than the sum; PopulationError where one would pass MOST."""
    if factor <= 1:
        return share(fen, factor)
    whole, rest = divmod(factor, 1)
    more = times(fen, np.full(len(fen), int(whole)), where)
    return more + share(fen, rest) if rest else more


def at_rate(fen: IntArray, rate: IntArray, scale: int, *, most: int, where: str) -> IntArray:
    """`rate / scale` times each sum, cut down to the fen and to `most`; PopulationError past int64.

    `fen` is at most 10^14.
    """
    highest = int(rate.max(initial=0))
    if highest // scale >= _HIGHEST_RATE or highest * scale > MOST:
        raise PopulationError(f"{where}: a rate passes {_HIGHEST_RATE}, or has too many decimals")
    whole = fen // scale
    rest = fen - whole * scale
    found: IntArray = np.minimum(whole * rate + rest * rate // scale, most)
    return found


def checked_totals(columns: Iterable[IntArray], before: int = 0) -> int:
    """The sum of all columns, exactly; PopulationError past MOST, where running totals would no longer be safe.

    `before`: what was added up already.
    """
    total = before
    for fen in columns:
        if int(fen.max(initial=0)) * len(fen) < MOST:
            total += int(fen.sum())
        else:
            # Halves of 32 bits cannot overflow int64 for fewer than 2^31 sums.
            total += (int((fen >> 32).sum()) << 32) + int((fen & 0xFFFFFFFF).sum())
    if total > MOST:
        raise PopulationError(f"the sums of the population pass {MOST} fen together")
    return total


def compare(values: IntArray, sign: str, bound: Fraction, scale: int = 1) -> BoolArray:
    """`values / scale` against an exact bound, by the whole number next to it."""
    exact = bound * scale
    edge = math.ceil(exact) if sign in (">=", "<") else math.floor(exact)
    edge = min(max(edge, -(2**63)), 2**63 - 1)
    compared: BoolArray = {
        ">=": np.greater_equal,
        ">": np.greater,
        "<=": np.less_equal,
        "<": np.less,
    }[sign](values, edge)
    return compared


def sums_between(values: IntArray, starts: IntArray) -> IntArray:
    """The sum of each run `starts[r]:starts[r + 1]`, empty ones too.

    The running total may wrap around; the difference of two of its values is right all the same.
    """
    running = np.zeros(len(values) + 1, dtype=np.int64)
    np.cumsum(values, out=running[1:])
    ends = pick(running, starts)
    found: IntArray = ends[1:] - ends[:-1]
    return found


def sums_before(values: IntArray, starts: IntArray, number: IntArray | None = None) -> IntArray:
    """For each element the sum of the earlier ones of its run; runs begin at `starts` and are not empty.

    `number` is that of each element's run, where it is known. The running total may wrap around, as in `sums_between`.
    """
    running = np.cumsum(values, dtype=np.int64)
    running -= values
    bases = pick(running, starts)
    running -= np.repeat(bases, np.diff(starts, append=len(values))) if number is None else pick(bases, number)
    return running


def ranges(begins: IntArray, lengths: IntArray) -> IntArray:
    """The numbers of ranges, end to end: so many from each beginning, at least one."""
    ends = np.cumsum(lengths)
    steps = np.ones(int(ends[-1]) if len(ends) else 0, dtype=np.int64)
    if len(ends):
        steps[0] = begins[0]
        steps[ends[:-1]] = begins[1:] - (begins[:-1] + lengths[:-1] - 1)
    return np.cumsum(steps, out=steps)


def among(values: IntArray, ascending: IntArray) -> BoolArray:
    """Which values are among the ascending ones, of which there is at least one."""
    places = np.minimum(np.searchsorted(ascending, values), len(ascending) - 1)
    found: BoolArray = ascending[places] == values
    return found


def span(positions: IntArray) -> IntArray | slice:
    """Ascending positions, as a slice where none is left out: that needs no copy."""
    whole = len(positions) and int(positions[-1]) - int(positions[0]) + 1 == len(positions)
    return slice(int(positions[0]), int(positions[-1]) + 1) if whole else positions


def put_where(values: IntArray, where: BoolArray, fresh: IntArray | int) -> None:
    """`np.putmask(values, where, fresh)` of whole numbers, several times as fast: bits are mixed, nothing branches."""
    if where.any():
        bits = where.view(np.int8)
        mixed = values ^ np.asarray(fresh, dtype=values.dtype)
        mixed &= np.negative(bits, dtype=values.dtype)
        values ^= mixed


def either(where: BoolArray, yes: IntArray | int, no: IntArray | int) -> IntArray:
    """`np.where(where, yes, no)` of whole numbers, without a branch either."""
    found = np.bitwise_xor(yes, no, dtype=np.int64)
    found = found & -where.astype(np.int64)
    found ^= no
    return found


def is_ascending(values: IntArray) -> bool:
    """Whether no value is less than the one before."""
    return bool((values[1:] >= values[:-1]).all())


def run_starts(keys: IntArray) -> IntArray:
    """Where each run of equal neighbours begins."""
    if not len(keys):
        return np.zeros(0, dtype=np.int64)
    return np.flatnonzero(np.concatenate(([True], keys[1:] != keys[:-1])))


def distinct(values: IntArray) -> IntArray:
    """The different values, ascending."""
    ascending = np.sort(values)
    return ascending[run_starts(ascending)]


def add_months(days: IntArray, months: int) -> IntArray:
    """The last day of a term of months from each day number; as `dates.add_months`."""
    if not len(days):
        return days.astype(np.int64)
    first = int(days.min())
    return _terms(np.arange(first, int(days.max()) + 1) - _EPOCH, months)[days - first]


def _terms(days: IntArray, months: int | IntArray) -> IntArray:
    day = days.astype("datetime64[D]")
    month = day.astype("datetime64[M]")
    of_month = (day - month.astype("datetime64[D]")).astype(np.int64)
    last = month + np.asarray(months).astype("timedelta64[M]")
    first_day, next_first = last.astype("datetime64[D]"), (last + np.timedelta64(1, "M")).astype("datetime64[D]")
    longest = (next_first - first_day).astype(np.int64) - 1
    found: IntArray = first_day.astype(np.int64) + np.minimum(of_month, longest) + _EPOCH
    return found


def terms_between(first: IntArray, last: IntArray, months: int) -> tuple[IntArray, IntArray]:
    """Whole terms of so many months between day numbers, and the days past them; as `dates.terms_and_days`."""
    start, end = ((days - _EPOCH).astype("datetime64[D]").astype("datetime64[M]") for days in (first, last))
    terms = np.maximum((end - start).astype(np.int64), 0) // months
    terms -= (_terms(first - _EPOCH, months * terms) > last) & (terms > 0)
    days = last - _terms(first - _EPOCH, months * terms)
    return terms, np.maximum(days, 0)


def in_order_of(keys: IntArray) -> tuple[IntArray, IntArray]:
    """Positions in ascending order of whole-number keys, equal ones as they stand; and the keys in this order.

    Key and position are sorted as one number where both fit: NumPy sorts numbers much faster than it finds their order.
    """
    if is_ascending(keys):
        return np.arange(len(keys)), keys
    least, bits = int(keys.min()), len(keys).bit_length()
    if (int(keys.max()) - least).bit_length() + bits > 63:
        order = np.argsort(keys, kind="stable")
        return order, pick(keys, order)
    both = keys.astype(np.int64)
    both -= least
    both <<= bits
    both |= np.arange(len(keys))
    both.sort()
    order = both & ((1 << bits) - 1)
    both >>= bits
    both += least
    return order, both


def pick(values: IntArray, positions: IntArray | slice) -> IntArray:
    """`values[positions]` for positions within them; as none is looked at twice, several times as fast."""
    if isinstance(positions, slice):
        return values[positions]
    return values.take(positions, mode="clip") if len(values) else values[positions]


_EPOCH = 719_163  # date(1970, 1, 1).toordinal()


def any_between(values: BoolArray, starts: IntArray) -> BoolArray:
    """Whether any element of each run `starts[r]:starts[r + 1]` is true."""
    found: BoolArray = sums_between(values, starts) > 0
    return found
