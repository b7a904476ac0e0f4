"""Which versions of a page are kept whole, so that any past version is a few events away from one that is.

A snapshot is due when the events since the last one weigh as much as that one did, or `LEAST_BYTES`. It follows from the log
alone, so that a rebuild keeps the same versions. And it bounds both sides, however a page is written:

- Storage. A snapshot is paid for by the events before it: it is at most as large as the last one and their text together, which
  is twice their weight. So all snapshots together take no more than two bytes for each byte of weight in the log.
- Reading. A past version costs one snapshot and events of about the same size, whatever the age of the page. A small page has one
  about every sixty versions. One of 1 MiB, of which every snapshot is 1 MiB, has one every five hundred.

A fixed number of versions would do neither: a page of 4 MiB, kept whole every 64 appends of a line, would store a thousand times
what was written; and one of which each version is a new text of 4 MiB would have to read 64 of them.
"""

import msgspec

# What an event costs beside its data: its row in the log, and decoding it.
EVENT_BYTES = 2048
LEAST_BYTES = 128 * 1024


class Meter(msgspec.Struct, frozen=True, gc=False):
    """What the last snapshot held, and what the events since then weigh; a page starts with none."""

    snapshot_bytes: int = 0
    weight_bytes: int = 0

    def after(self, data_bytes: int) -> "Meter":
        """One more event, of so many bytes as the log stores it."""
        return Meter(self.snapshot_bytes, self.weight_bytes + EVENT_BYTES + data_bytes)

    @property
    def due(self) -> bool:
        return self.weight_bytes >= max(self.snapshot_bytes, LEAST_BYTES)
