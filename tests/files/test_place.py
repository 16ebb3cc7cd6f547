"""STORAGE_URL as Django's storages want it, and what an operator is told."""

from pathlib import Path

import pytest

from hub.files import place
from hub.files.place import WrongPlace, storage


def test_without_an_address_files_lie_in_a_private_folder() -> None:
    chosen = storage("", Path("/somewhere/files"))
    assert chosen["OPTIONS"]["location"] == "/somewhere/files"
    assert chosen["OPTIONS"]["file_permissions_mode"] == 0o600


def test_the_address_of_a_bucket_says_everything(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(place, "find_spec", lambda name: name)
    chosen = storage("s3://KEY:se%2Fcret@s3.example.org:9000/files?region=fr", Path())
    wanted = {
        "bucket_name": "files",
        "endpoint_url": "https://s3.example.org:9000",
        "access_key": "KEY",
        "secret_key": "se/cret",
        "region_name": "fr",
        "file_overwrite": False,
    }
    assert wanted.items() <= chosen["OPTIONS"].items()
    plain = storage("s3+http://127.0.0.1/files", Path())["OPTIONS"]
    assert (plain["endpoint_url"], "access_key" in plain) == ("http://127.0.0.1", False)


@pytest.mark.parametrize("url", ["ftp://h/b", "s3://h", "s3:///b", "files", "s3://h/"])
def test_what_is_no_address_is_said(url: str) -> None:
    with pytest.raises(WrongPlace, match="STORAGE_URL must look like"):
        storage(url, Path())


def test_missing_packages_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(place, "find_spec", lambda name: None)
    with pytest.raises(WrongPlace, match=r"requirements/s3\.txt"):
        storage("s3://h/b", Path())
