"""The bucket: files in, files out. Everything is encrypted by the bucket's default."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

import botocore.session
from botocore.config import Config
from botocore.exceptions import ClientError

_PART = 16 * 1024 * 1024
_ABSENT = ("NoSuchKey", "404")


def client(service: str, connections: int = 10) -> Any:
    """A client of the function's own Region and role, patient with throttling."""
    config = Config(
        retries={"total_max_attempts": 8, "mode": "standard"},
        connect_timeout=5,
        read_timeout=60,
        max_pool_connections=connections,
    )
    return botocore.session.Session().create_client(service, config=config)


@dataclass(frozen=True)
class Store:
    """Objects of one bucket, each written whole or not at all."""

    s3: Any
    bucket: str

    def put(self, key: str, body: bytes | BinaryIO, content_type: str = "application/octet-stream") -> None:
        """Write an object in one request. Raises botocore's errors."""
        self.s3.put_object(Bucket=self.bucket, Key=key, Body=body, ContentType=content_type)

    def put_large(self, key: str, body: BinaryIO, content_type: str) -> None:
        """Write an object of any size; a small one in one request. Raises botocore's errors."""
        part = body.read(_PART)
        if len(part) < _PART:
            self.put(key, part, content_type)
            return
        upload = self.s3.create_multipart_upload(Bucket=self.bucket, Key=key, ContentType=content_type)[
            "UploadId"
        ]
        where = {"Bucket": self.bucket, "Key": key, "UploadId": upload}
        try:
            parts: list[Mapping[str, Any]] = []
            while part:
                number = len(parts) + 1
                answer = self.s3.upload_part(**where, PartNumber=number, Body=part)
                parts.append({"ETag": answer["ETag"], "PartNumber": number})
                part = body.read(_PART)
            self.s3.complete_multipart_upload(**where, MultipartUpload={"Parts": parts})
        except BaseException:
            self.s3.abort_multipart_upload(**where)
            raise

    def put_json(self, key: str, value: Any) -> None:
        """Write a document on one line, as Athena reads it."""
        self.put(key, json.dumps(value, separators=(",", ":")).encode("ascii") + b"\n", "application/json")

    def get(self, key: str) -> bytes:
        """An object's content. Raises botocore's errors."""
        content: bytes = self.s3.get_object(Bucket=self.bucket, Key=key)["Body"].read()
        return content

    def find(self, key: str) -> bytes | None:
        """An object's content; None where there is none. Anything else that goes wrong is raised."""
        try:
            return self.get(key)
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") in _ABSENT:
                return None
            raise

    def get_json(self, key: str) -> Any:
        """A document. Raises botocore's errors, and ValueError where it is none."""
        return json.loads(self.get(key))

    def names(self, prefix: str) -> Iterator[str]:
        """The keys that begin so."""
        request = {"Bucket": self.bucket, "Prefix": prefix}
        while True:
            answer = self.s3.list_objects_v2(**request)
            yield from (one["Key"] for one in answer.get("Contents", ()))
            if not answer.get("IsTruncated"):
                return
            request["ContinuationToken"] = answer["NextContinuationToken"]

    def url(self, key: str) -> str:
        """As people name it."""
        return f"s3://{self.bucket}/{key}"


__all__ = ["Store", "client"]
