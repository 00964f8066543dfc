// Lists rooms and opens a chat, where nobody listens: both calls have to fail as UNAVAILABLE.
package main

import (
	"context"
	"log"
	"os"

	chatterv1 "chatter/v1"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

func chat(ctx context.Context, client chatterv1.ChatServiceClient) error {
	stream, err := client.Chat(ctx)
	if err != nil {
		return err
	}
	open := &chatterv1.ChatRequest_Open{Open: &chatterv1.Open{}}
	if err := stream.Send(&chatterv1.ChatRequest{RequestId: "1", Command: open}); err != nil {
		return err
	}
	_, err = stream.Recv()
	return err
}

func main() {
	connection, err := grpc.NewClient(os.Args[1], grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		log.Fatal(err)
	}
	defer connection.Close()
	ctx := metadata.AppendToOutgoingContext(context.Background(),
		"x-chatter-tenant", "acme", "authorization", "Bearer chs_token")
	_, unary := chatterv1.NewRoomServiceClient(connection).ListRooms(ctx, &chatterv1.ListRoomsRequest{PageSize: 10})
	stream := chat(ctx, chatterv1.NewChatServiceClient(connection))
	for _, err := range []error{unary, stream} {
		if status.Code(err) != codes.Unavailable {
			log.Fatal(err)
		}
	}
}
