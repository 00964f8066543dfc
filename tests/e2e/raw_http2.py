"""gRPC calls written byte by byte: with what no gRPC library would send, or sooner than any."""

import re
import socket
import struct

_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
_DATA, _HEADERS, _RST_STREAM, _SETTINGS, _GOAWAY = 0, 1, 3, 4, 7
_END_STREAM, _END_HEADERS = 1, 4


def unary_call(port, path, headers, timeout, request=b""):
    """Makes a unary call; returns its grpc-status and the response's bytes.

    Raises ConnectionError if the server answers by anything but a status.
    """
    with socket.create_connection(("127.0.0.1", port), timeout) as connection:
        block = b"".join(_literal(name, value) for name, value in [
            (b":method", b"POST"), (b":scheme", b"http"), (b":path", path),
            (b":authority", b"localhost"), (b"te", b"trailers"),
            (b"content-type", b"application/grpc"), *headers])
        connection.sendall(_PREFACE + _frame(_SETTINGS, 0, 0)
                           + _frame(_HEADERS, _END_HEADERS, 1, block)
                           + _frame(_DATA, _END_STREAM, 1,
                                    b"\0" + struct.pack(">I", len(request)) + request))
        with connection.makefile("rb") as stream:
            return _read_answer(stream)


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
