"""The door to numba: loops over cases and months that become machine code when first called (method §13).

What is compiled is kept on disk beside the package, or else in the user's cache.  No fast
arithmetic: the operations are those written, in that order.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from numba import njit

Loop = TypeVar("Loop", bound=Callable[..., Any])


def compiled(loop: Loop) -> Loop:
    """The same function as machine code; division by zero gives what NumPy gives, places are not checked."""
    try:
        return cast(Loop, njit(cache=True, error_model="numpy", nogil=True)(loop))
    except RuntimeError:  # no place on disk to keep it
        return cast(Loop, njit(error_model="numpy", nogil=True)(loop))
