"""What chatterd makes of signals."""

import signal
import subprocess
import tempfile

from harness import Chatterd, ServerTestCase

# Those that tell of a fault, or of a limit, or ask for a core dump; and those that stop and go on.
LEFT_TO_THE_SYSTEM = {
    signal.SIGABRT, signal.SIGBUS, signal.SIGFPE, signal.SIGILL, signal.SIGQUIT, signal.SIGSEGV,
    signal.SIGSYS, signal.SIGTRAP, signal.SIGXCPU,
    signal.SIGSTOP, signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU}
ENDING = {signal.SIGTERM, signal.SIGINT, signal.SIGKILL}


# Loaded into whatever is started; the one that is meant isn't the first.
HANGUP_BEFORE_MAIN = """
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <string.h>
__attribute__((constructor)) static void hang_up(void) {
  if (strcmp(program_invocation_short_name, "chatterd") == 0) raise(SIGHUP);
}
"""


class Signals(ServerTestCase):
    def test_others_than_those_to_stop_do_no_harm(self):
        tenant = self.make_tenant("alice")
        alice = self.client(tenant, "alice")
        room_id = alice.room_id("alice")
        stream = alice.stream()
        self.addCleanup(stream.cancel)
        for number in signal.valid_signals() - ENDING - LEFT_TO_THE_SYSTEM:
            self.server.signal(number)
        # It has come as far as the last of them that it looks at.
        self.until(lambda: "reading certificates and keys again: signal=1" in
                   self.server.log.read_text("utf-8"), "logged")
        seq = alice.send_message(room_id, "1", "Still here").seq
        self.assertEqual(stream.room_event(room_id, seq).message_sent.text, "Still here")

    def test_a_hangup_before_the_start_waits(self):
        folder = self.enterContext(tempfile.TemporaryDirectory())
        library = f"{folder}/hangup.so"
        subprocess.run(["cc", "-shared", "-fPIC", "-x", "c", "-", "-o", library], check=True,
                       text=True, input=HANGUP_BEFORE_MAIN)
        server = Chatterd(self.database_url, environment={"LD_PRELOAD": library})
        self.addCleanup(server.destroy)
        server.start()
        self.until(lambda: "reading certificates and keys again: signal=1" in
                   server.log.read_text("utf-8"), "logged")

    def test_it_drains_when_it_is_told_to_stop_after_a_hangup(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            self.server.signal(signal.SIGHUP)
            self.server.signal(number)
            self.assertEqual(self.server.wait(), 0)
            self.assertIn(f"draining: signal={int(number)}", self.server.log.read_text("utf-8"))
            self.server.start()
