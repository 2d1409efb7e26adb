"""The files that calculators ask for by resource id: models, label maps, textures (spec rule SV-5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from mpgraph.errors import ModelUnavailableError

__all__ = ["Resources"]


class Resources:
    """Resolves resource ids to files.

    An id is, in this order, replaced by its entry in `mapping`; taken as the path of a file; looked up
    in `folders`, then in `root`; looked up in the manifest of models, by upstream's path
    (``mediapipe/modules/...``), short name or file name, and fetched if need be.

    Args:
        folders: Where relative ids are looked up first: the folders of the graph's own files.
        root: A folder for relative ids, as upstream's resource root directory.
        mapping: Ids to use in place of others.
        models: A folder with model files, looked into before ``MPGRAPH_MODELS``'s and the cache.
        download: Whether a model that is not on this machine may be fetched.
    """

    def __init__(
        self,
        folders: Sequence[Path] = (),
        *,
        root: Path | None = None,
        mapping: Mapping[str, str] | None = None,
        models: Path | None = None,
        download: bool = True,
    ) -> None:
        self._folders: tuple[Path, ...] = (*folders, *((root,) if root else ()))
        self._mapping = dict(mapping or {})
        self._models = models
        self._download = download

    def path(self, resource_id: str) -> Path:
        """The file of a resource.

        Raises:
            ModelUnavailableError: It is nowhere; the message lists each place that was tried.
            ModelHashError: A file of the user's has the name of a known model and is not it.
        """
        wanted = self._mapping.get(resource_id, resource_id)
        candidates = [Path(wanted), *(folder / wanted for folder in self._folders)] if wanted else []
        for candidate in candidates:
            if candidate.is_file():
                return candidate
        from mpgraph import model_store

        if model := model_store.lookup(wanted):
            return model_store.find(model, folder=self._models, download=self._download)
        raise ModelUnavailableError(_not_found(resource_id, wanted, candidates))

    def read(self, resource_id: str) -> bytes:
        """The content of a resource.

        Raises:
            ModelUnavailableError: It is nowhere or cannot be read.
            ModelHashError: As for `path`.
        """
        path = self.path(resource_id)
        try:
            return path.read_bytes()
        except OSError as error:
            message = f'resource "{resource_id}" cannot be read: {error}'
            raise ModelUnavailableError(message) from error

    def read_text(self, resource_id: str) -> str:
        """The content of a text resource in UTF-8, with a line feed at each line's end.

        Raises:
            ModelUnavailableError: It is nowhere, cannot be read or is not text.
            ModelHashError: As for `path`.
        """
        try:
            text = self.read(resource_id).decode("utf-8-sig")
        except UnicodeDecodeError as error:
            message = f'resource "{resource_id}" is not UTF-8 text: {error}'
            raise ModelUnavailableError(message) from error
        return text.replace("\r\n", "\n")


def _not_found(resource_id: str, wanted: str, candidates: Sequence[Path]) -> str:
    given = f' (given for "{resource_id}")' if wanted != resource_id else ""
    if not candidates:
        return f"a resource was asked for by an empty id{given}"
    tried = "".join(
        f"\n  - {path}{': it is a folder' if path.is_dir() else ''}" for path in dict.fromkeys(candidates)
    )
    return (
        f'resource "{wanted}"{given} was not found. Tried:{tried}\n  - the list of known models '
        "(`mpgraph models list`): not in it\nGive the path of an existing file, absolute or relative "
        "to the graph's own folder or the current one."
    )
