// Lists rooms and opens a chat, where nobody listens: both calls have to fail as UNAVAILABLE.
import { create } from "@bufbuild/protobuf";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";

import { ChatRequestSchema, ChatService } from "./gen/chatter/v1/chat_pb.js";
import { RoomService } from "./gen/chatter/v1/room_pb.js";

const headers = { "x-chatter-tenant": "acme", authorization: "Bearer chs_token" };
const transport = createGrpcTransport({ baseUrl: `http://${process.argv[2]}` });

async function codeOf(call: () => Promise<unknown>): Promise<Code | undefined> {
  try {
    await call();
    return undefined;
  } catch (failure) {
    return ConnectError.from(failure).code;
  }
}

async function* opening() {
  yield create(ChatRequestSchema, { requestId: "1", command: { case: "open", value: {} } });
}

const rooms = createClient(RoomService, transport);
const chat = createClient(ChatService, transport);
const unary = await codeOf(() => rooms.listRooms({ pageSize: 10 }, { headers }));
const stream = await codeOf(async () => {
  for await (const response of chat.chat(opening(), { headers })) return response.events.length;
  return 0;
});
if (unary !== Code.Unavailable || stream !== Code.Unavailable) {
  throw new Error(`unary: ${unary}, stream: ${stream}`);
}
