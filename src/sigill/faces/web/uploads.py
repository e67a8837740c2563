"""Uploads are kept in memory and cut off at a bound: nothing of a decision lands in a temporary folder."""

from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import InMemoryUploadedFile, UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopFutureHandlers

MOST = 20 << 20
"""Largest upload that is read to its end, in bytes."""


class BoundedUpload(FileUploadHandler):
    """Takes a file into memory; past the bound it stops keeping, and the form says that the file is too large."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """A new file begins."""
        super().new_file(*args, **kwargs)
        self.kept, self.length = BytesIO(), 0
        raise StopFutureHandlers

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Keep the chunk, or only count it."""
        del start
        self.length += len(raw_data)
        if self.length <= MOST:
            self.kept.write(raw_data)

    def file_complete(self, file_size: int) -> UploadedFile[bytes]:
        """The file, with `too_large` set when it was cut off."""
        del file_size
        self.kept.seek(0)
        done = InMemoryUploadedFile(
            self.kept, self.field_name, self.file_name, self.content_type, self.length, self.charset
        )
        done.too_large = self.length > MOST  # type: ignore[attr-defined]  # read by sigill.faces.web.forms
        return done
