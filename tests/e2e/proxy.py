"""TCP proxies between a client and a server that lose what a bad network loses."""

import contextlib
import selectors
import socket
import struct
import threading

_CHUNK = 64 * 1024


class Proxy:
    """Forwards to 127.0.0.1:`port`. Thread-safe. close() ends it."""

    def __init__(self, port):
        self._port = port
        self._lock = threading.Lock()
        self._pairs = set()
        self._flowing = threading.Event()
        self._flowing.set()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.address = "127.0.0.1:%d" % self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self):
        """Resets all connections at once, in both directions, wherever they are in a frame."""
        with self._lock:
            pairs, self._pairs = self._pairs, set()
        for pair in pairs:
            for end in pair:
                with contextlib.suppress(OSError):
                    # Linger for no time: a reset, not an orderly end.
                    end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)  # wakes the forwarder, which closes

    def freeze(self):
        """From now on nothing passes, either way, and connections stay open, new ones too; until thaw()."""
        self._flowing.clear()

    def thaw(self):
        self._flowing.set()

    def close(self):
        self.thaw()
        # A mere close doesn't wake the thread that accepts.
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.cut()

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(("127.0.0.1", self._port))
            except OSError:
                client.close()
                continue
            pair = (client, server)
            for end in pair:
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                self._pairs.add(pair)
            threading.Thread(target=self._forward, args=pair, daemon=True).start()

    def _forward(self, client, server):
        with selectors.DefaultSelector() as selector:
            selector.register(client, selectors.EVENT_READ, server)
            selector.register(server, selectors.EVENT_READ, client)
            with contextlib.suppress(OSError):
                while self._forward_some(selector):
                    pass
        with self._lock:
            self._pairs.discard((client, server))
        client.close()
        server.close()

    def _forward_some(self, selector):
        for key, _ in selector.select():
            self._flowing.wait()
            data = key.fileobj.recv(_CHUNK)
            if not data:
                return False
            key.data.sendall(data)
        return True


class LosingProxy(Proxy):
    """In front of PostgreSQL: commits what is asked for, and loses the answer with the connection."""

    _READY = b"Z\0\0\0\5I"  # ReadyForQuery, outside of a transaction: whatever there was is over

    def __init__(self, port):
        self._marker = None
        self._doomed = set()  # sockets to the server whose answers are kept back
        self.lost = 0
        super().__init__(port)

    def lose_answer_to(self, marker):
        """To the next transaction with these bytes in a statement's text, once."""
        self._marker = marker

    def _forward_some(self, selector):
        for key, _ in selector.select():
            data = key.fileobj.recv(_CHUNK)
            if not data:
                return False
            if self._marker is not None and self._marker in data:
                self._marker = None
                self._doomed.add(key.data)
            if key.fileobj not in self._doomed:
                key.data.sendall(data)
            elif self._READY in data:
                self._doomed.discard(key.fileobj)
                self.lost += 1
                return False
        return True
