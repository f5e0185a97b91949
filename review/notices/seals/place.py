"""Where on a notice its seal goes."""

from dataclasses import dataclass

# An official seal of a city or a district: 42 mm across (国发〔1999〕25号).
DIAMETER = 42 / 25.4 * 72


@dataclass(frozen=True, slots=True)
class Place:
    """Where signature and date of a notice stand: page (from 0), and left, bottom, right, top in points from below."""

    page: int
    box: tuple[float, float, float, float]

    @property
    def seal_box(self) -> tuple[int, int, int, int]:
        """The square of the seal, in its middle below the centre (GB/T 9704-2012 7.3.5.1)."""
        left, bottom, right, top = self.box
        middle, centre = (left + right) / 2, (bottom + top) / 2 + DIAMETER / 12
        half = DIAMETER / 2
        return round(middle - half), round(centre - half), round(middle + half), round(centre + half)
