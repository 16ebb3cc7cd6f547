"""A bucket as a place for blobs. Needs the extra `s3`; imported only when asked for."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from boto3.exceptions import Boto3Error
from botocore.exceptions import BotoCoreError, ClientError
from s3transfer.exceptions import RetriesExceededError
from storages.backends.s3 import S3Storage


@contextmanager
def _as_os_errors() -> Iterator[None]:
    """Callers know one error of a place that cannot be used, wherever it is."""
    try:
        yield
    except (BotoCoreError, Boto3Error, ClientError, RetriesExceededError) as error:
        raise OSError(f"the bucket does not answer: {type(error).__name__}") from error


class BucketStorage(S3Storage):  # type: ignore[misc] # has no types
    """Puts and deletes are atomic by the protocol; errors are OSError."""

    def _save(self, name: str, content: Any) -> str:
        with _as_os_errors():
            saved: str = super()._save(name, content)
            return saved

    def _open(self, name: str, mode: str = "rb") -> Any:
        with _as_os_errors():
            opened = super()._open(name, mode)
            try:
                opened.open()  # fetches all of it now: no later read asks the store
            except BaseException:
                opened.close()
                raise
            return opened

    def exists(self, name: str) -> bool:
        with _as_os_errors():
            return bool(super().exists(name))

    def delete(self, name: str) -> None:
        with _as_os_errors():
            super().delete(name)

    def written(self) -> Iterator[tuple[str, datetime]]:
        """One listing in pages of a thousand, with the times in it."""
        client = self.connection.meta.client
        with _as_os_errors():
            pages = client.get_paginator("list_objects_v2")
            for page in pages.paginate(Bucket=self.bucket_name):
                for entry in page.get("Contents", ()):
                    yield entry["Key"], entry["LastModified"]
