"""Functions that run beside the test, and whose failures are the test's."""

import threading


class Threads:
    """Runs each function in a thread of its own, from now on."""

    def __init__(self, *functions):
        self._errors = []
        # They end with the process, even if they hang.
        self._threads = [threading.Thread(target=self._run, args=(function,), daemon=True)
                         for function in functions]
        for thread in self._threads:
            thread.start()

    def check(self):
        """Raises the first exception that one of them has ended with so far."""
        if self._errors:
            raise self._errors[0]

    def join(self, timeout):
        """Waits for all of them to end."""
        for thread in self._threads:
            thread.join(timeout)
            self.check()
            if thread.is_alive():
                raise AssertionError("a thread of the test hangs")

    def _run(self, function):
        try:
            function()
        except BaseException as error:  # pylint: disable=broad-except
            self._errors.append(error)
