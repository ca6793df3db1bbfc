"""Connections that never finish what they began are closed: uvicorn by itself closes only what is idle after an answer."""

from __future__ import annotations

import asyncio
from ipaddress import IPv6Address, ip_address

from uvicorn.protocols.http.h11_impl import H11Protocol

REQUEST_WITHIN = 10  # s in which a request must be there as a whole, from its first byte or the connection's begin
ANSWER_WITHIN = 120  # s in which its answer must have left
IDLE = 5  # s that a connection is kept for a next request
MOST_CONNECTIONS = 500  # open at once in public; a visitor has one, and six more while loading
MOST_OF_ONE = 50  # of these from one address of the internet; an office shares one


class Connection(H11Protocol):
    """A connection over HTTP, until it becomes a page's socket: that one has pings."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for a request; in public, if there is room for one more."""
        super().connection_made(transport)
        self._asks, self._last = True, self.cycle
        self._ends = self.loop.call_later(REQUEST_WITHIN, self.drop)
        if self.limit_concurrency is None:
            return
        if self._of_one() > MOST_OF_ONE:
            self.drop()
        elif len(self.connections) >= self.limit_concurrency:
            waiting = [c for c in self.connections if isinstance(c, Connection) and not c.served]
            if waiting:  # who has asked for something goes before who only holds a line
                min(waiting, key=lambda c: c._ends.when()).drop()

    def data_received(self, data: bytes) -> None:
        """Read on; bytes that drip in do not put off the end."""
        if not self._asks:
            self._asks, self._last = True, self.cycle
            self._end_in(REQUEST_WITHIN)
        super().data_received(data)
        if self.transport.get_protocol() is not self:
            self._ends.cancel()
        elif self.cycle is not self._last and not self.cycle.more_body:
            self._asks = False
            self._end_in(ANSWER_WITHIN)

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is waited for any more."""
        self._ends.cancel()
        super().connection_lost(exc)

    @property
    def served(self) -> bool:
        """Whether a request of it is being answered."""
        return self.cycle is not None and not self.cycle.response_complete

    def drop(self) -> None:
        """Close it at once, whatever the other side has not read."""
        self.connections.discard(self)
        self.transport.abort()

    def _end_in(self, seconds: float) -> None:
        self._ends.cancel()
        self._ends = self.loop.call_later(seconds, self.drop)

    def _of_one(self) -> int:
        """How many connections its address has; 0 for one that is not of the internet, as a proxy's is."""
        place = place_of(self.client)
        return (
            sum(place_of(getattr(c, "client", None)) == place for c in self.connections)
            if place
            else 0
        )


def place_of(client: tuple[str, int] | None) -> str:
    """Who is counted as one: an address of the internet, of IPv6 the network of 64 bits; empty for any other."""
    try:
        address = ip_address(client[0].partition("%")[0]) if client else None
    except ValueError:
        return ""
    if isinstance(address, IPv6Address):
        address = address.ipv4_mapped or address
    if address is None or not address.is_global:
        return ""
    return address.exploded[:19] if isinstance(address, IPv6Address) else str(address)
