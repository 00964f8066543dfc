"""The C++ client in a program that isn't Chatter's: docs/examples/echo, built against what is installed."""

import signal

from harness import PATIENCE, tail
from packages import PackageTestCase
from stubs import service_account_pb2


class ClientPackage(PackageTestCase):
    component, example = "client", "echo"

    def setUp(self):
        self.tenant = self.make_tenant("alice", "echo")
        self.alice = self.client(self.tenant, "alice")
        self.room = self.alice.room_id("alice", "echo")
        self.sent = []

    def start_echo(self, token, **environment):
        echo = self.start_program(environment={
            "CHATTER_ADDRESS": self.server.address, "CHATTER_TENANT": self.tenant.name,
            "CHATTER_TOKEN": token, **environment})
        self.until(lambda: "as echo" in self.log.read_text("utf-8"), "the program is connected")
        return echo

    def send(self, text):
        self.alice.send_message(self.room, text, text)
        self.sent.append(text)

    def assert_answered(self):
        """Each message once, in order."""
        def answers():
            return [message.text for message in self.alice.whole_log(self.room)
                    if message.sender_id == "echo"]

        self.until(lambda: len(answers()) >= len(self.sent), "all is answered")
        self.assertEqual(answers(), self.sent, tail(self.log))

    def test_messages_are_answered_those_sent_while_the_server_was_away_too(self):
        echo = self.start_echo(self.tenant.token("echo"))
        self.send("one")
        self.assert_answered()
        # Stopped, so that what is sent next can't come by the stream that it has.
        echo.send_signal(signal.SIGSTOP)
        self.server.kill()
        self.server.start()
        self.send("two")
        self.send("three")
        echo.send_signal(signal.SIGCONT)
        self.assert_answered()
        self.send("four")
        self.assert_answered()

    def test_a_service_answers_for_a_user(self):
        accounts = self.tenant.admin.service_accounts
        accounts.SetServiceAccount(service_account_pb2.SetServiceAccountRequest(
            service_account=service_account_pb2.ServiceAccount(
                name="answers", tenants=[self.tenant.name], services=["*"],
                may_act_for_users=True)))
        key = accounts.CreateApiKey(service_account_pb2.CreateApiKeyRequest(account="answers")).key
        self.start_echo(key, CHATTER_ON_BEHALF_OF="echo")
        self.send("one")
        self.assert_answered()

    def test_a_credential_that_is_refused_ends_the_program(self):
        echo = self.start_program(environment={
            "CHATTER_ADDRESS": self.server.address, "CHATTER_TENANT": self.tenant.name,
            "CHATTER_TOKEN": "x"})
        self.assertEqual(echo.wait(PATIENCE), 1)
        self.assertIn("UNAUTHENTICATED", self.log.read_text("utf-8"))

    def test_every_public_header_compiles_with_what_is_installed(self):
        headers = sorted((self.prefix / "include/chatter/client").glob("*.h"))
        self.assertIn("client.h", [header.name for header in headers])
        self.compile("".join(f'#include "chatter/client/{header.name}"\n' for header in headers))
