"""What models think before they speak: some begin with it, as text of the answer between `<think>` and `</think>`."""

from typing import Literal

_OPENS, _CLOSES = "<think>", "</think>"


class Thoughts:
    """Leaves out what was thought, as text arrives in pieces. Only what begins an answer is a thought; later it is quoted."""

    def __init__(self) -> None:
        self._at: Literal["start", "thought", "gap", "speech"] = "start"
        # What may still turn out to be, or to end, a thought.
        self._held = ""

    def more(self, text: str) -> str:
        """What is said in the next piece, as far as it is known by now."""
        if self._at == "speech":
            return text
        self._held += text
        if self._at == "start" and not self._started():
            return ""
        if self._at == "thought" and not self._ended():
            return ""
        if self._at == "gap":
            self._held = self._held.lstrip()
            if self._held:
                self._at = "speech"
        return self.rest()

    def rest(self) -> str:
        """What was held back, where nothing more comes. A thought without an end is one all the same."""
        held, self._held = self._held, ""
        return "" if self._at == "thought" else held

    def _started(self) -> bool:
        """Whether it is known what the answer begins with."""
        begins = self._held.lstrip()
        if begins.startswith(_OPENS):
            self._at, self._held = "thought", begins.removeprefix(_OPENS)
        elif not _OPENS.startswith(begins):
            self._at = "speech"
        return self._at != "start"

    def _ended(self) -> bool:
        _, closes, after = self._held.partition(_CLOSES)
        if closes:
            self._at, self._held = "gap", after
        else:
            self._held = self._held[-len(_CLOSES) :]
        return bool(closes)
