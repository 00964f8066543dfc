"""gRPC calls written byte by byte: with what no gRPC library would send, or sooner than any."""

import contextlib
import re
import socket
import struct

_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
_DATA, _HEADERS, _RST_STREAM, _SETTINGS, _PING, _GOAWAY, _WINDOW_UPDATE = 0, 1, 3, 4, 6, 7, 8
_END_STREAM, _ACK, _END_HEADERS = 1, 1, 4


def greet(connection):
    """What a client begins a connection with."""
    connection.sendall(_PREFACE + _frame(_SETTINGS, 0, 0))


def headers_frame(stream, path, flags=_END_HEADERS):
    """The beginning of a call."""
    return _frame(_HEADERS, flags, stream, b"".join(_literal(name, value) for name, value in [
        (b":method", b"POST"), (b":scheme", b"http"), (b":path", path),
        (b":authority", b"localhost"), (b"te", b"trailers"),
        (b"content-type", b"application/grpc")]))


def rapid_resets(first_stream, count, path=b"/chatter.v1.RoomService/ListRooms"):
    """Calls that are taken back as soon as they are made (CVE-2023-44487), as bytes."""
    return b"".join(headers_frame(stream, path) + reset_frame(stream)
                    for stream in range(first_stream, first_stream + 2 * count, 2))


def ping_frame():
    return _frame(_PING, 0, 0, bytes(8))


def read_pongs(stream, count):
    """Waits for the answers to so many pings; returns the reason if the server leaves instead."""
    while count > 0:
        header = stream.read(9)
        if len(header) < 9:
            return b"closed"
        kind, flags, _ = struct.unpack(">BBI", header[3:])
        payload = stream.read(int.from_bytes(header[:3], "big"))
        if kind == _GOAWAY:
            return payload[8:]
        count -= kind == _PING and flags & _ACK
    return None


def reset_frame(stream):
    return _frame(_RST_STREAM, 0, stream, struct.pack(">I", 8))  # CANCEL


def unary_call(port, path, headers, timeout, request=b""):
    """Makes a unary call; returns its grpc-status and the response's bytes.

    Raises ConnectionError if the server answers by anything but a status.
    """
    with socket.create_connection(("127.0.0.1", port), timeout) as connection:
        connection.sendall(_PREFACE + _frame(_SETTINGS, 0, 0)
                           + b"".join(_call(1, path, headers, request)))
        with connection.makefile("rb") as stream:
            return _read_answer(stream)


def _call(stream, path, headers, request):
    block = b"".join(_literal(name, value) for name, value in [
        (b":method", b"POST"), (b":scheme", b"http"), (b":path", path),
        (b":authority", b"localhost"), (b"te", b"trailers"),
        (b"content-type", b"application/grpc"), *headers])
    return [_frame(_HEADERS, _END_HEADERS, stream, block),
            _frame(_DATA, _END_STREAM, stream,
                   b"\0" + struct.pack(">I", len(request)) + request)]


# HPACK: a literal that isn't to be indexed, neither name nor value compressed.
def _literal(name, value):
    return b"\0" + _integer(len(name)) + name + _integer(len(value)) + value


# HPACK: an integer with a prefix of 7 bits.
def _integer(number):
    if number < 127:
        return bytes([number])
    out, number = bytearray([127]), number - 127
    while number >= 128:
        out.append(number % 128 + 128)
        number //= 128
    return bytes(out) + bytes([number])


def _frame(kind, flags, stream, payload=b""):
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload


def _read_answer(stream):
    body = b""
    while header := stream.read(9):
        size = int.from_bytes(header[:3], "big")
        kind, _, stream_id = struct.unpack(">BBI", header[3:])
        payload = stream.read(size)
        # The first answer on a connection: nothing of it is in a table yet, and gRPC doesn't
        # compress what it sends.
        if kind == _HEADERS and (found := re.search(rb"grpc-status.(\d+)", payload, re.DOTALL)):
            return int(found[1]), body[5:]  # without the length before it
        if kind == _DATA:
            body += payload
        if kind == _GOAWAY or (kind == _RST_STREAM and stream_id == 1):
            raise ConnectionError(f"frame {kind}: {payload!r}")
    raise ConnectionError("the server has closed the connection")


class EndlessRequests:
    """A connection with many calls whose requests are sent all but for the last byte."""

    def __init__(self, port, source, path, size, count, timeout):
        self._connection = socket.create_connection(("127.0.0.1", port), timeout,
                                                    source_address=(source, 0))
        greet(self._connection)
        self._stream = self._connection.makefile("rb")
        self._initial_window = self._window = 65_535
        self._windows = dict.fromkeys(range(1, 2 * count, 2), self._initial_window)
        self._left = dict.fromkeys(self._windows, size + 4)  # with the length before it
        for stream in self._windows:
            self._connection.sendall(headers_frame(stream, path))
            self._send(stream, b"\0" + struct.pack(">I", size))

    def run(self):
        """Sends as fast as the server takes it, until the server ends the connection."""
        while True:
            for stream in list(self._left):
                while (most := min(self._window, self._windows[stream], self._left[stream],
                                   16_384)) > 0:
                    self._send(stream, bytes(most))
            header = self._stream.read(9)
            if len(header) < 9:
                return
            kind, flags, stream = struct.unpack(">BBI", header[3:])
            self._take(kind, flags, stream, self._stream.read(int.from_bytes(header[:3], "big")))

    @property
    def calls(self):
        """How many of its calls the server hasn't ended."""
        return len(self._left)

    def close(self):
        with contextlib.suppress(OSError):  # the server may have closed it
            self._connection.shutdown(socket.SHUT_RDWR)  # ends what is being read
        self._stream.close()
        self._connection.close()

    def _send(self, stream, payload):
        self._connection.sendall(_frame(_DATA, 0, stream, payload))
        self._window -= len(payload)
        self._windows[stream] -= len(payload)
        self._left[stream] -= len(payload)

    def _take(self, kind, flags, stream, payload):
        if kind == _WINDOW_UPDATE and stream == 0:
            self._window += int.from_bytes(payload, "big")
        elif kind == _WINDOW_UPDATE and stream in self._windows:
            self._windows[stream] += int.from_bytes(payload, "big")
        elif kind == _SETTINGS and not flags & _ACK:
            for name, value in struct.iter_unpack(">HI", payload):
                if name == 4:
                    for each in self._windows:
                        self._windows[each] += value - self._initial_window
                    self._initial_window = value
            self._connection.sendall(_frame(_SETTINGS, _ACK, 0))
        elif kind == _PING and not flags & _ACK:
            self._connection.sendall(_frame(_PING, _ACK, 0, payload))
        elif kind in (_HEADERS, _RST_STREAM):
            self._left.pop(stream, None)  # it has ended


class UnreadCalls:
    """A connection with many calls of one request, of whose replies not a byte is taken."""

    def __init__(self, port, path, headers, request, count, timeout):
        self._connection = socket.create_connection(("127.0.0.1", port), timeout)
        initial_window = struct.pack(">HI", 4, 0)
        frames = [_PREFACE, _frame(_SETTINGS, 0, 0, initial_window)]
        for stream in range(1, 2 * count, 2):
            frames += _call(stream, path, headers, request)
        self._connection.sendall(b"".join(frames))
        self._stream = self._connection.makefile("rb")

    def close(self):
        self._stream.close()
        self._connection.close()

    def wait_for_ends(self, count):
        """Reads until so many calls have ended, which those with a reply can't."""
        while count > 0:
            header = self._stream.read(9)
            if not header:
                raise ConnectionError("the server has closed the connection")
            kind, flags, _ = struct.unpack(">BBI", header[3:])
            payload = self._stream.read(int.from_bytes(header[:3], "big"))
            if kind in (_SETTINGS, _PING) and not flags & _ACK:
                answer = payload if kind == _PING else b""
                self._connection.sendall(_frame(kind, _ACK, 0, answer))
            elif kind == _HEADERS and flags & _END_STREAM:
                count -= 1
            elif kind in (_RST_STREAM, _GOAWAY):
                raise ConnectionError(f"frame {kind}: {payload!r}")
