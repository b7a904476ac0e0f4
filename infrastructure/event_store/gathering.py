"""Which requests go into the next batch."""

from infrastructure.event_store.batch import Mark, Request, Unit

BATCH_BYTES_MAX = 8 * 1024 * 1024


class Gathering:
    """Chooses requests for a batch, so that in one batch no stream, slug or command stands twice by chance."""

    def __init__(self, on_their_way: list[Unit], requests_max: int) -> None:
        self.units: list[Unit] = []
        self._room = requests_max
        self._bytes = 0
        self._riding: dict[Mark, Unit] = {}
        self._taken: set[Mark] = set()
        for unit in on_their_way:
            for request in unit.requests:
                self._taken |= request.marks

    @property
    def full(self) -> bool:
        return self._room <= 0 or self._bytes >= BATCH_BYTES_MAX

    def take(self, request: Request) -> bool:
        if self.full:
            return False
        if self._ride(request):
            return True
        marks = request.marks
        if not self._taken.isdisjoint(marks):
            # Whatever comes later on the same streams has to stay behind it.
            self._taken |= marks
            for stream in request.streams:
                self._riding.pop(stream, None)
            return False
        unit = Unit(request)
        self.units.append(unit)
        if len(request.streams) == 1:
            self._riding[request.streams[0]] = unit
        self._count(request)
        return True

    def _ride(self, request: Request) -> bool:
        """Joins the unit of its stream if it was decided on what that unit leaves."""
        stream = request.streams[0]
        unit = self._riding.get(stream) if len(request.streams) == 1 else None
        if unit is None or unit.next_version != request.append.changes[0].expected_version:
            return False
        if any(mark in self._taken for mark in request.marks if mark != stream):
            return False
        unit.requests.append(request)
        self._count(request)
        return True

    def _count(self, request: Request) -> None:
        self._room -= 1
        self._bytes += request.size_bytes
        self._taken |= request.marks
