"""The file store in a bucket of S3-compatible storage."""

from __future__ import annotations

from mailbot.adapters.bucket.objects import BucketPlace, Objects
from mailbot.adapters.bucket.store import Bucket

__all__ = ["Bucket", "BucketPlace", "Objects"]
