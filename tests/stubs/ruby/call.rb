# Lists rooms and opens a chat, where nobody listens: both calls have to fail as UNAVAILABLE.
require 'chatter/v1/chat_services_pb'
require 'chatter/v1/room_services_pb'

METADATA = { 'x-chatter-tenant' => 'acme', 'authorization' => 'Bearer chs_token' }.freeze

def unavailable?
  yield
  false
rescue GRPC::Unavailable
  true
end

rooms = Chatter::V1::RoomService::Stub.new(ARGV[0], :this_channel_is_insecure)
chat = Chatter::V1::ChatService::Stub.new(ARGV[0], :this_channel_is_insecure)
opening = Chatter::V1::ChatRequest.new(request_id: '1', open: Chatter::V1::Open.new)

unary = unavailable? do
  rooms.list_rooms(Chatter::V1::ListRoomsRequest.new(page_size: 10), metadata: METADATA)
end
stream = unavailable? { chat.chat([opening].each, metadata: METADATA).first }
abort "unary: #{unary}, stream: #{stream}" unless unary && stream
