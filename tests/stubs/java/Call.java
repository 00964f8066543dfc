import chatter.v1.ChatRequest;
import chatter.v1.ChatResponse;
import chatter.v1.ChatServiceGrpc;
import chatter.v1.ListRoomsRequest;
import chatter.v1.Open;
import chatter.v1.RoomServiceGrpc;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.CompletableFuture;

/** Lists rooms and opens a chat, where nobody listens: both calls have to fail as UNAVAILABLE. */
public final class Call {
  public static void main(String[] args) throws Exception {
    Metadata metadata = new Metadata();
    metadata.put(key("x-chatter-tenant"), "acme");
    metadata.put(key("authorization"), "Bearer chs_token");
    ManagedChannel channel =
        Grpc.newChannelBuilder(args[0], InsecureChannelCredentials.create())
            .intercept(MetadataUtils.newAttachHeadersInterceptor(metadata))
            .build();
    Status.Code unary = list(RoomServiceGrpc.newBlockingStub(channel));
    Status.Code stream = chat(ChatServiceGrpc.newStub(channel));
    channel.shutdownNow();
    if (unary != Status.Code.UNAVAILABLE || stream != Status.Code.UNAVAILABLE) {
      throw new AssertionError(unary + " " + stream);
    }
  }

  private static Metadata.Key<String> key(String name) {
    return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
  }

  private static Status.Code list(RoomServiceGrpc.RoomServiceBlockingStub rooms) {
    try {
      rooms.listRooms(ListRoomsRequest.newBuilder().setPageSize(10).build());
      return Status.Code.OK;
    } catch (StatusRuntimeException failure) {
      return failure.getStatus().getCode();
    }
  }

  private static Status.Code chat(ChatServiceGrpc.ChatServiceStub chat) throws Exception {
    CompletableFuture<Status.Code> end = new CompletableFuture<>();
    StreamObserver<ChatRequest> requests =
        chat.chat(
            new StreamObserver<ChatResponse>() {
              @Override
              public void onNext(ChatResponse response) {}

              @Override
              public void onError(Throwable failure) {
                end.complete(Status.fromThrowable(failure).getCode());
              }

              @Override
              public void onCompleted() {
                end.complete(Status.Code.OK);
              }
            });
    requests.onNext(
        ChatRequest.newBuilder().setRequestId("1").setOpen(Open.getDefaultInstance()).build());
    return end.get();
  }
}
