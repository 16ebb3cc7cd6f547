"""From STORAGE_URL to what Django's STORAGES wants to know. Nothing is opened here."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

SCHEMES = {"s3": "https", "s3+http": "http"}


class WrongPlace(Exception):
    """STORAGE_URL cannot be used; the text tells an operator what to do."""


def storage(url: str, folder: Path) -> dict[str, Any]:
    """The entry "attachments" of STORAGES: this folder, or the bucket of the URL.

    `s3://KEY:SECRET@HOST/BUCKET?region=REGION`; `s3+http://` only for a store on the
    same machine. Without KEY and SECRET the usual AWS variables count. Raises
    WrongPlace.
    """
    if not url:
        return {
            "BACKEND": "hub.files.storage.LocalStorage",
            "OPTIONS": {
                "location": str(folder),
                "file_permissions_mode": 0o600,
                "directory_permissions_mode": 0o700,
            },
        }
    return {"BACKEND": "hub.files.s3.BucketStorage", "OPTIONS": _bucket(url)}


def _bucket(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    bucket = parts.path.strip("/")
    if parts.scheme not in SCHEMES or not parts.hostname or not bucket:
        raise WrongPlace("STORAGE_URL must look like s3://KEY:SECRET@HOST/BUCKET.")
    if not (find_spec("storages") and find_spec("boto3")):
        raise WrongPlace(
            "STORAGE_URL asks for an S3 store, which needs more packages: install "
            "requirements/s3.txt (pip install --require-hashes -r requirements/s3.txt)."
        )
    host = parts.hostname + (f":{parts.port}" if parts.port else "")
    options: dict[str, Any] = {
        "bucket_name": bucket,
        "endpoint_url": f"{SCHEMES[parts.scheme]}://{host}",
        "default_acl": None,
        "file_overwrite": False,
        "querystring_auth": False,
    }
    if parts.username and parts.password:
        options["access_key"] = unquote(parts.username)
        options["secret_key"] = unquote(parts.password)
    if region := parse_qs(parts.query).get("region"):
        options["region_name"] = region[0]
    return options
