"""The machine's time of day is set, back and forth, while chatterd runs: under libfaketime, which
lies to it of that clock alone."""

import contextlib
import tempfile
import time
import unittest
from pathlib import Path

import grpc

from harness import SANITIZED, Chatterd, E2ETestCase, Postgres, Tenant
from stubs import room_pb2

_LIBRARY = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), None)
_INVALID = (grpc.StatusCode.UNAUTHENTICATED, "CREDENTIAL_INVALID")
_HOUR = 3600


@unittest.skipIf(_LIBRARY is None, "libfaketime is missing; scripts/install-deps test installs it")
@unittest.skipIf(SANITIZED, "the sanitizers must be the first library that is loaded")
class ClockSteps(E2ETestCase):
    def setUp(self):
        self.postgres = Postgres.shared(False)
        self.database_url = self.postgres.make_database()
        folder = tempfile.TemporaryDirectory(prefix="chatter-e2e.")
        self.addCleanup(folder.cleanup)
        self._offset = Path(folder.name) / "offset"
        self._offset.write_text("+0\n", "utf-8")
        self.server = Chatterd(
            self.database_url, "--heartbeat-interval", "1s",
            environment={"LD_PRELOAD": str(_LIBRARY), "FAKETIME_TIMESTAMP_FILE": str(self._offset),
                         "FAKETIME_NO_CACHE": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1"})
        self.addCleanup(self.server.destroy)
        self.servers = (self.server,)
        self.server.start()
        self.tenant = Tenant(self.server, "acme")
        self.addCleanup(self.tenant.close)
        self.tenant.add_users("alice")
        alice = self.tenant.client("alice")
        self.addCleanup(alice.close)
        self.alice = alice.stream()
        self.addCleanup(self.alice.cancel)

    def step(self, seconds):
        """Returns once the server has sent a heartbeat by the new time."""
        # Renamed, for the server may read it at any time.
        new = self._offset.with_suffix(".new")
        new.write_text(f"{seconds:+d}\n", "utf-8")
        new.rename(self._offset)
        self.alice.wait(lambda e: e.HasField("heartbeat") and abs(
            e.heartbeat.server_time.seconds - time.time() - seconds) < _HOUR / 4,
            "heartbeat by the new time")

    def signed_in(self):
        client = self.tenant.client("alice")
        with contextlib.closing(client):
            try:
                client.rooms.ListRooms(room_pb2.ListRoomsRequest())
            except grpc.RpcError as error:
                self.assertEqual(error.code(), _INVALID[0], error)
                return False
            return True

    def assertStreamGoesOnUntilItsSessionEnds(self):
        self.assertTrue(self.alice.reply(self.alice.ping()).HasField("done"))
        self.assertTrue(self.signed_in())
        self.postgres.query("DELETE FROM acme.chatter_session", self.database_url)
        self.assertFailure(self.alice.end(), *_INVALID)
        self.until(lambda: not self.signed_in(), "refused")

    def test_back(self):
        self.assertTrue(self.signed_in())
        self.step(-_HOUR)
        self.assertStreamGoesOnUntilItsSessionEnds()

    def test_forth(self):
        self.assertTrue(self.signed_in())
        self.step(_HOUR)
        self.assertStreamGoesOnUntilItsSessionEnds()
