"""Makes the ``_pb2`` modules of mpgraph/formats/protos from its ``.proto`` files: run after changing one.

``python tests/support/generate_protos.py`` needs grpcio-tools (the extra ``dev``). The modules hold the
serialised descriptor and nothing else of protoc's, so they fit every protobuf that the package takes.
"""

from __future__ import annotations

import importlib.resources
import re
import tempfile
from pathlib import Path
from typing import Final

from google.protobuf.descriptor_pb2 import DescriptorProto, FileDescriptorProto, FileDescriptorSet

ROOT: Final = Path(__file__).parents[2] / "mpgraph" / "formats" / "protos"
"""Stands for the folder ``mediapipe`` of imports."""
_PREFIX: Final = "mediapipe/"


def generate() -> dict[str, str]:
    """The text of each module, by its path below the root.

    Raises:
        RuntimeError: protoc refuses a file.
    """
    names = sorted(_PREFIX + path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*.proto"))
    texts = {}
    with tempfile.TemporaryDirectory() as folder:
        stubs = Path(folder)
        files = _compile(names, stubs)
        for name in names:
            stem = name.removeprefix(_PREFIX).removesuffix(".proto") + "_pb2"
            texts[f"{stem}.py"] = _module(files[name])
            texts[f"{stem}.pyi"] = _stub(files[name], (stubs / f"{_PREFIX}{stem}.pyi").read_text("utf-8"))
    return texts


def _compile(names: list[str], stubs: Path) -> dict[str, FileDescriptorProto]:
    from grpc_tools import protoc

    descriptors = stubs / "descriptors"
    arguments = [
        "protoc",
        f"--proto_path={_PREFIX.rstrip('/')}={ROOT}",
        f"--proto_path={importlib.resources.files('grpc_tools') / '_proto'}",
        f"--descriptor_set_out={descriptors}",
        f"--pyi_out={stubs}",
        *names,
    ]
    if protoc.main(arguments) != 0:
        msg = "protoc refused a file; see above"
        raise RuntimeError(msg)
    return {file.name: file for file in FileDescriptorSet.FromString(descriptors.read_bytes()).file}


def _module(file: FileDescriptorProto) -> str:
    if file.enum_type or file.extension or file.service:
        msg = f"{file.name}: enums and extensions stand in messages; there are no services"
        raise RuntimeError(msg)
    for message in file.message_type:
        _drop_json_names(message)
    own = [index for index, needed in enumerate(file.dependency) if needed.startswith(_PREFIX)]
    imports = [_import(file, index, " as _{}") for index in own]
    public = [_import(file, index, "*") for index in own if index in file.public_dependency]
    return "\n".join(
        (
            f'"""Messages of {file.name}. Made by generate_protos.py; do not edit."""',
            "",
            *public,
            *imports,
            f"from {_dots(file)} import pool as _pool",
            "",
            f"DESCRIPTOR = _pool.add_file({file.SerializeToString(deterministic=True)!r}, globals())",
            "",
        )
    )


def _import(file: FileDescriptorProto, index: int, what: str) -> str:
    """The import of a file that this one needs: of the module, or of all its names."""
    *folders, stem = file.dependency[index].removeprefix(_PREFIX).removesuffix(".proto").split("/")
    package = _dots(file) + ".".join(folders)
    module = f"{stem}_pb2"
    if what == "*":
        return f"from {package}.{module} import *"
    return f"from {package} import {module}{what.format(module)}"


def _dots(file: FileDescriptorProto) -> str:
    """The root as seen from the file's module."""
    return "." * (file.name.count("/"))


def _drop_json_names(message: DescriptorProto) -> None:
    """They follow from the names of the fields."""
    for field in (*message.field, *message.extension):
        field.ClearField("json_name")
    for nested in message.nested_type:
        _drop_json_names(nested)


def _stub(file: FileDescriptorProto, text: str) -> str:
    """protoc's stub, brought to what strict type checkers take.

    Imports become relative; mappings say of what they are; a field named ``str`` hides no type; extensions
    are those that types-protobuf knows.
    """
    text = re.sub(r"^from mediapipe\b\.?", f"from {_dots(file)}", text, flags=re.MULTILINE)
    text = re.sub(r"\b_Mapping\](?=[\],])", "_Mapping[str, _Any]]", text)
    text = text.replace("from typing import ", "from typing import Any as _Any, ", 1)
    text = re.sub(r"^from .* import python_message as .*\n|^ +Extensions: .*\n", "", text, flags=re.MULTILINE)
    if re.search(r"^ +str: ", text, re.MULTILINE):
        text = "import builtins as _builtins\n" + re.sub(
            r"(: |\[)str(?=$|[\],])", r"\1_builtins.str", text, flags=re.MULTILINE
        )
    for message in file.message_type:
        for extension in message.extension:
            extendee = extension.extendee.rpartition(".")[2]
            module = (
                re.sub(r"(?<=[a-z])(?=[A-Z])", "_", extendee.replace("MediaPipe", "Mediapipe")).lower()
                + "_pb2"
            )
            kind = f"_extension_dict._ExtensionFieldDescriptor[_{module}.{extendee}, {message.name}]"
            text = re.sub(r"(?<=    ext: )_descriptor.FieldDescriptor", kind, text)
    if "_extension_dict." in text:
        text = "from google.protobuf.internal import extension_dict as _extension_dict\n" + text
    return text


def main() -> None:
    """Writes the modules, and drops those whose source is gone."""
    texts = generate()
    for path in ROOT.rglob("*_pb2.py*"):
        if path.relative_to(ROOT).as_posix() not in texts:
            path.unlink()
    for name, text in texts.items():
        (ROOT / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
