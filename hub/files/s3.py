"""A bucket as a place for blobs. Needs the extra `s3`; imported only when asked for."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from storages.backends.s3 import S3Storage


@contextmanager
def _as_os_errors() -> Iterator[None]:
    """Callers know one error of a place that cannot be used, wherever it is."""
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise OSError(f"the bucket does not answer: {type(error).__name__}") from error


class BucketStorage(S3Storage):  # type: ignore[misc] # has no types
    """Puts and deletes are atomic by the protocol; errors are OSError."""

    def _save(self, name: str, content: Any) -> str:
        with _as_os_errors():
            saved: str = super()._save(name, content)
            return saved

    def _open(self, name: str, mode: str = "rb") -> Any:
        with _as_os_errors():
            return super()._open(name, mode)

    def exists(self, name: str) -> bool:
        with _as_os_errors():
            return bool(super().exists(name))

    def delete(self, name: str) -> None:
        with _as_os_errors():
            super().delete(name)

    def listdir(self, name: str) -> Any:
        with _as_os_errors():
            return super().listdir(name)
