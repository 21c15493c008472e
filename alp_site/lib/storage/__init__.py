"""Bytes: blobs by the sha256 of their content, files derived from them, scratch folders, shards of vectors.

Everything lies under ``settings.DATA_DIR``. A blob is written to a temporary name while it is hashed and then renamed,
so a name in place always holds the whole content and a repeated write is harmless.
"""

from alp_site.lib.storage.blobs import (
    PREFIXES,
    Received,
    collect_garbage,
    collect_strays,
    derived_path,
    drop_derived,
    drop_scratch,
    exists,
    open_blob,
    path,
    put_bytes,
    put_file,
    read_bytes,
    receive,
    release,
    retain,
    scratch,
    scratch_path,
)
from alp_site.lib.storage.shards import append_shard, read_rows, shard_folder

__all__ = [
    "PREFIXES",
    "Received",
    "append_shard",
    "collect_garbage",
    "collect_strays",
    "derived_path",
    "drop_derived",
    "drop_scratch",
    "exists",
    "open_blob",
    "path",
    "put_bytes",
    "put_file",
    "read_bytes",
    "read_rows",
    "receive",
    "release",
    "retain",
    "scratch",
    "scratch_path",
    "shard_folder",
]
