"""The Python side of the protos, made by protoc into the build tree when first imported."""

import fcntl
import hashlib
import importlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

try:
    import google.protobuf  # noqa: F401
    import grpc
except ImportError as error:
    sys.exit(f"e2e: {error}; scripts/install-deps test installs it, for /usr/bin/python3")

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("E2E_BUILD_DIR", ROOT / "build/release/tests/e2e")).resolve()

_SYSTEM_PROTOS = Path("/usr/share/grpc-proto")  # Debian's grpc-proto
_SYSTEM_FILES = ["grpc/health/v1/health.proto", "grpc/reflection/v1alpha/reflection.proto"]


def _own_files():
    protos = ROOT / "proto"
    return sorted(str(path.relative_to(protos)) for path in protos.rglob("*.proto"))


def _fingerprint(files):
    digest = hashlib.sha256(Path(__file__).read_bytes())
    for name in files:
        digest.update((ROOT / "proto" / name).read_bytes())
    return digest.hexdigest()[:16]


def _generate(out, files):
    plugin = shutil.which("grpc_python_plugin")
    if plugin is None:
        sys.exit("e2e: grpc_python_plugin is missing; scripts/install-deps build installs it")
    shutil.rmtree(out, ignore_errors=True)
    made = out.with_suffix(".new")
    shutil.rmtree(made, ignore_errors=True)
    made.mkdir(parents=True)
    subprocess.run(
        ["protoc", f"-I{ROOT / 'proto'}", f"-I{_SYSTEM_PROTOS}", f"--python_out={made}",
         f"--grpc_python_out={made}", f"--plugin=protoc-gen-grpc_python={plugin}",
         *files, *_SYSTEM_FILES],
        check=True)
    made.rename(out)


def _install():
    BUILD.mkdir(parents=True, exist_ok=True)
    files = _own_files()
    out = BUILD / f"stubs-{_fingerprint(files)}"
    # The tests run side by side; the first one makes them for all.
    with open(BUILD / "stubs.lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not out.is_dir():
            _generate(out, files)
    sys.path.insert(0, str(out))
    # gRPC's own package is a regular one: its protos' modules have to be let in.
    grpc.__path__.append(str(out / "grpc"))


_install()


def api_services():
    """The descriptors of all services of the API."""
    return [service for file in _own_files()
            for service in importlib.import_module(
                file.removesuffix(".proto").replace("/", ".") + "_pb2"
            ).DESCRIPTOR.services_by_name.values()]


# pylint: disable=wrong-import-position,unused-import
from chatter.v1 import (chat_pb2, chat_pb2_grpc, member_pb2, member_pb2_grpc,  # noqa: E402,F401
                        message_pb2, message_pb2_grpc, preference_pb2, preference_pb2_grpc,
                        presence_pb2, presence_pb2_grpc, read_state_pb2, read_state_pb2_grpc,
                        room_pb2, room_pb2_grpc, search_pb2, search_pb2_grpc,
                        service_account_pb2, service_account_pb2_grpc, session_pb2,
                        session_pb2_grpc, settings_pb2, settings_pb2_grpc, tenant_pb2,
                        tenant_pb2_grpc, thread_pb2, thread_pb2_grpc, token_issuer_pb2,
                        token_issuer_pb2_grpc, user_pb2, user_pb2_grpc)
from google.rpc import error_details_pb2, status_pb2  # noqa: E402,F401
from grpc.health.v1 import health_pb2, health_pb2_grpc  # noqa: E402,F401
from grpc.reflection.v1alpha import reflection_pb2, reflection_pb2_grpc  # noqa: E402,F401
