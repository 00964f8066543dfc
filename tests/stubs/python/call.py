"""Lists rooms and opens a chat, where nobody listens: both calls have to fail as UNAVAILABLE."""

import sys

import grpc
from chatter.v1 import chat_pb2, chat_pb2_grpc, room_pb2, room_pb2_grpc

METADATA = [("x-chatter-tenant", "acme"), ("authorization", "Bearer chs_token")]


def code_of(call):
    try:
        call()
    except grpc.RpcError as error:
        return error.code()
    return grpc.StatusCode.OK


with grpc.insecure_channel(sys.argv[1]) as channel:
    rooms = room_pb2_grpc.RoomServiceStub(channel)
    chat = chat_pb2_grpc.ChatServiceStub(channel)
    unary = code_of(lambda: rooms.ListRooms(room_pb2.ListRoomsRequest(page_size=10),
                                            metadata=METADATA))
    opening = chat_pb2.ChatRequest(request_id="1", open=chat_pb2.Open())
    stream = code_of(lambda: next(chat.Chat(iter([opening]), metadata=METADATA)))
sys.exit(0 if {unary, stream} == {grpc.StatusCode.UNAVAILABLE} else f"{unary} {stream}")
