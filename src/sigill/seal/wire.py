"""Length-prefixed fields: one spelling for each value, and a reader that refuses whatever is left over.

What it does not do: it knows no meanings. Whoever calls checks what the fields say.
"""

from sigill.errors import N_, TamperEvidence


def field(data: bytes, width: int) -> bytes:
    """`data` behind its length as a big-endian number of `width` bytes.

    Raises:
        OverflowError: the length does not fit; callers bound their values first.
    """
    return len(data).to_bytes(width, "big") + data


class Reader:
    """Reads fields in order.

    Args:
        data: the whole message.
        place: what it is, for error messages.
    """

    def __init__(self, data: bytes, place: str) -> None:
        self._data = data
        self._at = 0
        self._place = place

    @property
    def position(self) -> int:
        """How many bytes have been read."""
        return self._at

    def take(self, count: int) -> bytes:
        """The next `count` bytes.

        Raises:
            TamperEvidence: there are not that many.
        """
        if count > len(self._data) - self._at:
            raise self.broken()
        self._at += count
        return self._data[self._at - count : self._at]

    def number(self, width: int) -> int:
        """The next `width` bytes as a big-endian number.

        Raises:
            TamperEvidence: there are not that many.
        """
        return int.from_bytes(self.take(width), "big")

    def field(self, width: int) -> bytes:
        """The next field, see `field`.

        Raises:
            TamperEvidence: it is cut short.
        """
        return self.take(self.number(width))

    def expect(self, literal: bytes) -> None:
        """The next bytes must be `literal`.

        Raises:
            TamperEvidence: they are not.
        """
        if self.take(len(literal)) != literal:
            raise self.broken()

    def end(self) -> None:
        """Nothing may be left.

        Raises:
            TamperEvidence: something is.
        """
        if self._at != len(self._data):
            raise self.broken()

    def broken(self) -> TamperEvidence:
        """The error for a message that is not in its one right form."""
        return TamperEvidence(
            N_("The sealed data is damaged or of another version."),
            N_("Keep it as it is, restore a copy, and call the administrator."),
            place=self._place,
        )
