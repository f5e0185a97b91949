"""Memory between the columns of a simulation."""

import contextlib
import ctypes
from collections.abc import Iterator

# Of glibc's malloc.h: `mallopt` with the free memory from which on the top of the heap goes back to the system, and
# with the size from which on a piece of memory is one of its own, which goes back as soon as it is free; in bytes.
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
_DEFAULT_TRIM, _KEPT_TRIM = 128 << 10, 256 << 20
_LARGEST_MMAP = 32 << 20


@contextlib.contextmanager
def kept_memory() -> Iterator[None]:
    """Keep the memory of columns that are gone for the next ones; afterwards all that is free goes back to the system.

    Otherwise the system takes the same pages back and clears them anew some ten thousand times a simulation, a tenth
    of its time. Another C library than glibc does as it does.
    """
    library = ctypes.CDLL(None)
    if not hasattr(library, "mallopt") or not hasattr(library, "malloc_trim"):
        yield
        return
    library.mallopt(_MMAP_THRESHOLD, _LARGEST_MMAP)
    library.mallopt(_TRIM_THRESHOLD, _KEPT_TRIM)
    try:
        yield
    finally:
        library.mallopt(_TRIM_THRESHOLD, _DEFAULT_TRIM)
        library.malloc_trim(0)
