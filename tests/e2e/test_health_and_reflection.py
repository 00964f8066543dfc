"""What operators and generic tools see: the health service, and reflection."""

import grpc

from google.protobuf import descriptor_pb2

from client import CHANNEL_OPTIONS
from harness import NOT_SERVING, PATIENCE, SERVING, ServerTestCase, free_port
from stubs import api_services, health_pb2, health_pb2_grpc, reflection_pb2, reflection_pb2_grpc

SERVICES = {service.full_name for service in api_services()} | {
    "grpc.health.v1.Health", "grpc.reflection.v1alpha.ServerReflection"}

OPS_ADDRESS = f"127.0.0.1:{free_port()}"


class HealthAndReflection(ServerTestCase):
    flags = ("--ops-listen", OPS_ADDRESS)

    def setUp(self):
        if not self.server.running():
            self.server.start()
        # Neither credential nor tenant is needed.
        self.channel = grpc.insecure_channel(self.server.address, CHANNEL_OPTIONS)
        self.addCleanup(self.channel.close)
        self.health = health_pb2_grpc.HealthStub(self.channel)
        self.ops_channel = grpc.insecure_channel(OPS_ADDRESS, CHANNEL_OPTIONS)
        self.addCleanup(self.ops_channel.close)

    def reflect(self, *requests, channel=None):
        stub = reflection_pb2_grpc.ServerReflectionStub(channel or self.ops_channel)
        return list(stub.ServerReflectionInfo(
            iter([reflection_pb2.ServerReflectionRequest(**request) for request in requests]),
            timeout=PATIENCE))

    def describe(self, symbol):
        (answer,) = self.reflect({"file_containing_symbol": symbol})
        self.assertTrue(answer.HasField("file_descriptor_response"), f"{symbol}: {answer}")
        return [descriptor_pb2.FileDescriptorProto.FromString(file)
                for file in answer.file_descriptor_response.file_descriptor_proto]

    def test_check_says_serving_of_the_server(self):
        answer = self.health.Check(health_pb2.HealthCheckRequest(), timeout=PATIENCE)
        self.assertEqual(answer.status, SERVING)

    def test_check_of_a_service_that_is_not_there(self):
        with self.assertFails(grpc.StatusCode.NOT_FOUND):
            self.health.Check(health_pb2.HealthCheckRequest(service="no.such.Service"),
                              timeout=PATIENCE)

    def test_watch_tells_of_the_database(self):
        watch = self.health.Watch(health_pb2.HealthCheckRequest(), timeout=PATIENCE)
        self.addCleanup(watch.cancel)
        self.assertEqual(next(watch).status, SERVING)
        self.postgres.stop()
        try:
            self.assertEqual(next(watch).status, NOT_SERVING)
            check = self.health.Check(health_pb2.HealthCheckRequest(), timeout=PATIENCE)
            self.assertEqual(check.status, NOT_SERVING)
        finally:
            self.postgres.start()
        self.assertEqual(next(watch).status, SERVING)

    def test_reflection_lists_the_services(self):
        (answer,) = self.reflect({"list_services": ""})
        names = {service.name for service in answer.list_services_response.service}
        self.assertLessEqual(SERVICES, names | {"grpc.reflection.v1alpha.ServerReflection"})
        self.assertIn("grpc.channelz.v1.Channelz", names)

    def test_strangers_have_neither_reflection_nor_channelz(self):
        # Each stream of the one takes a thread; the other tells of everybody's connections.
        with self.assertFails(grpc.StatusCode.UNIMPLEMENTED):
            self.reflect({"list_services": ""}, channel=self.channel)
        with self.assertFails(grpc.StatusCode.UNIMPLEMENTED):
            self.channel.unary_unary("/grpc.channelz.v1.Channelz/GetServers")(b"", timeout=PATIENCE)

    def test_operators_have_the_services_in_name_only(self):
        for path in ("/chatter.v1.RoomService/", "/chatter.v1.RoomService/ListRooms"):
            with self.subTest(path=path), self.assertFails(grpc.StatusCode.UNIMPLEMENTED):
                self.ops_channel.unary_unary(path)(b"", timeout=PATIENCE)

    def test_reflection_describes_every_service_it_lists(self):
        (answer,) = self.reflect({"list_services": ""})
        for service in answer.list_services_response.service:
            with self.subTest(service=service.name):
                package, _, name = service.name.rpartition(".")
                found = [declared.name for file in self.describe(service.name)
                         if file.package == package for declared in file.service]
                self.assertIn(name, found)

    def test_reflection_describes_methods_and_messages(self):
        files = {file.name: file for file in self.describe("chatter.v1.ChatService")}
        (chat,) = [service for service in files["chatter/v1/chat.proto"].service
                   if service.name == "ChatService"]
        (method,) = [method for method in chat.method if method.name == "Chat"]
        self.assertTrue(method.client_streaming and method.server_streaming)
        self.assertEqual(method.input_type, ".chatter.v1.ChatRequest")
        for symbol in ("chatter.v1.RoomEvent", "google.rpc.Status", "grpc.health.v1.Health"):
            self.assertTrue(self.describe(symbol))

    def test_reflection_survives_what_it_does_not_know(self):
        answers = self.reflect({"file_containing_symbol": "no.such.Symbol"},
                               {"file_by_filename": "../../etc/passwd"}, {"list_services": ""})
        self.assertTrue(answers[0].HasField("error_response"))
        self.assertTrue(answers[1].HasField("error_response"))
        self.assertTrue(answers[2].HasField("list_services_response"))

    def test_a_method_that_is_not_there_is_unimplemented(self):
        for path in ("/chatter.v1.ChatService/NoSuchMethod", "/no.such.Service/Method"):
            with self.subTest(path=path), self.assertFails(grpc.StatusCode.UNIMPLEMENTED):
                self.channel.unary_unary(path)(b"", timeout=PATIENCE)
        self.test_check_says_serving_of_the_server()
