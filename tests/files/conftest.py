"""The cast without the demonstration's own documents: tests here count files."""

import pytest

from hub.demo import Demo
from hub.files import storage
from hub.models import Attachment, Blob
from tests.cast import create_small_demo


@pytest.fixture
def demo(db: None) -> Demo:
    """Nothing is attached and nothing is stored, not even by tests before this one."""
    world = create_small_demo()
    Blob.objects.all().delete()
    Attachment.objects.all().delete()
    for _id, path, _at in storage.stored():
        storage.place().delete(path)
    return world
