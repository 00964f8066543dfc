"""docs/guides/django.md, word for word, with Debian's Django."""

import contextlib
import tempfile
import uuid
from pathlib import Path

import grpc

from client import Client
from guides import Guide
from harness import PATIENCE, E2ETestCase, Postgres, tail
from stubs import health_pb2, health_pb2_grpc


class GuideTestCase(E2ETestCase):
    name, port = "", 0

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="chatter-e2e.")
        self.addCleanup(folder.cleanup)
        self.place = Path(folder.name)
        postgres = Postgres.shared(False)
        url = postgres.make_database()
        # As a database is when nobody has changed it.
        postgres.query(f"ALTER DATABASE {url.rsplit('/', 1)[1]} RESET search_path")
        self.guide = Guide(self.name, self.port, self.place, url)

    def start_chatterd(self):
        process = self.guide.start(self.guide.block("start"))
        self.addCleanup(process.wait, PATIENCE)
        self.addCleanup(process.terminate)
        client = Client(self.guide.address)
        self.addCleanup(client.close)

        def serving():
            self.assertIsNone(process.poll(), tail(self.place / "shop/chatterd.log"))
            with contextlib.suppress(grpc.RpcError):
                return health_pb2_grpc.HealthStub(client.channel).Check(
                    health_pb2.HealthCheckRequest(), timeout=5).status == 1
            return False

        self.until(serving, "serving")


class DjangoGuide(GuideTestCase):
    name, port = "django.md", 50061

    def test_word_for_word(self):
        self.guide.shell(self.guide.block("project"), folder=".")
        self.guide.shell(self.guide.block("settings"))
        self.start_chatterd()
        self.guide.save("chat.py")
        self.guide.save("visit.py")
        room_id = self.guide.shell(self.guide.block("visit")).strip()
        self.assertEqual(str(uuid.UUID(room_id)), room_id)
        listed = self.guide.shell(self.guide.block("list"))
        self.assertIn("alice", listed)
        self.assertIn("bob", listed)
