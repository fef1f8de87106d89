"""Files that state or correct rules beside a policy, e.g. `returns.rules.yaml`, read for the compiler."""

from collections.abc import Mapping
from pathlib import Path

from knowledge.compile.sidecar import Sidecar, SidecarError, read_sidecar
from knowledge.document import DocumentId
from server.world_brand import WorldError

ENDINGS = (".rules.yaml", ".rules.yml")


def read_sidecars(paths: Mapping[DocumentId, Path]) -> dict[DocumentId, Sidecar]:
    """Raises WorldError naming the file, the place in it and how to mend it."""
    return {document: _sidecar(path) for document, path in paths.items()}


def sidecar_named(name: str, data: bytes) -> tuple[DocumentId, Sidecar]:
    """The rules file of the document it is named after. Raises WorldError."""
    document = next(name.removesuffix(ending) for ending in ENDINGS if name.endswith(ending))
    return DocumentId(document), _read(data, name)


def _sidecar(path: Path) -> Sidecar:
    try:
        return _read(path.read_bytes(), path.name)
    except OSError as error:
        raise WorldError(f"{path.name}: cannot be opened ({error.strerror}). Check the path.") from error


def _read(data: bytes, name: str) -> Sidecar:
    try:
        return read_sidecar(data.decode("utf-8"), name)
    except UnicodeDecodeError as error:
        raise WorldError(f"{name}: is not UTF-8 text (byte {error.start}). Save it as UTF-8.") from error
    except SidecarError as error:
        raise WorldError(str(error)) from error
