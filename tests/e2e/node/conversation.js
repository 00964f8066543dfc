// Bob's side of a conversation, as a Node gateway would hold it: grpc-js, the protos loaded at run
// time. test_node.py holds Alice's side. Ends with 0 if all went as the API promises.
'use strict';

const assert = require('node:assert');
const grpc = require('@grpc/grpc-js');
const protoLoader = require('@grpc/proto-loader');

const { ADDRESS, TENANT, TOKEN, ROOM_ID, PROTO_ROOT, PATIENCE } = process.env;

const definition = protoLoader.loadSync(
  ['chatter/v1/chat.proto', 'chatter/v1/room.proto', 'google/rpc/error_details.proto'],
  { includeDirs: [PROTO_ROOT], keepCase: true, longs: Number, defaults: true, oneofs: true },
);
const { ChatService, RoomService } = grpc.loadPackageDefinition(definition).chatter.v1;

const credentials = grpc.credentials.createInsecure();
const metadata = new grpc.Metadata();
metadata.set('x-chatter-tenant', TENANT);
metadata.set('authorization', `Bearer ${TOKEN}`);

// Keeps all that came; first(kind, matches) gives the first of it that fits, now or later.
class Conversation {
  constructor(client) {
    this.events = [];
    this.waiting = [];
    const deadline = Date.now() + Number(PATIENCE) * 1000;
    this.stream = client.Chat(metadata, { deadline });
    this.stream.on('data', (response) => response.events.forEach((event) => this.take(event)));
    this.ended = new Promise((resolve) => {
      this.stream.on('status', resolve);
    });
    this.stream.on('error', () => {}); // told by `status`, too
    this.ended.then((status) => this.waiting.forEach(({ reject, kind }) => reject(
      new Error(`no ${kind} before the end: ${status.code} ${status.details}`))));
  }

  take(event) {
    this.events.push(event);
    this.waiting = this.waiting.filter(({ kind, matches, resolve }) => {
      if (event.event !== kind || !matches(event[kind])) return true;
      resolve(event[kind]);
      return false;
    });
  }

  first(kind, matches = () => true) {
    const found = this.events.find((event) => event.event === kind && matches(event[kind]));
    if (found !== undefined) return Promise.resolve(found[kind]);
    return new Promise((resolve, reject) => {
      this.waiting.push({ kind, matches, resolve, reject });
    });
  }

  command(requestId, command) {
    this.stream.write({ request_id: requestId, ...command });
    return this.first('reply', (reply) => reply.request_id === requestId);
  }

  roomEvent(seq) {
    return this.first('room_event', (event) => event.room_id === ROOM_ID && event.seq === seq);
  }
}

function unary(client, method, request) {
  return new Promise((resolve, reject) => {
    client[method](request, metadata, (error, response) => (error ? reject(error) : resolve(response)));
  });
}

async function main() {
  const rooms = new RoomService(ADDRESS, credentials);
  const { room, created } = await unary(rooms, 'CreateRoom', { user_ids: ['bob', 'alice', 'bob'] });
  assert.deepStrictEqual([room.id, created], [ROOM_ID, false]);

  const chat = new ChatService(ADDRESS, credentials);
  const bob = new Conversation(chat);
  bob.stream.write({ request_id: 'open', open: { cursors: [{ room_id: ROOM_ID, after_seq: 0 }] } });
  const opened = await bob.first('opened');
  assert.strictEqual(opened.user_id, 'bob');
  assert.deepStrictEqual(opened.rooms, [
    { room_id: ROOM_ID, head_seq: 2, joined_seq: 1, read_seq: 1, unread_count: 1,
    unread_mention_count: 0 },
  ]);
  assert.strictEqual((await bob.first('caught_up')).head_seq, 2);
  assert.deepStrictEqual((await bob.roomEvent(1)).room_created.user_ids, ['alice', 'bob']);
  assert.strictEqual((await bob.roomEvent(2)).message_sent.text, 'said before Node came');

  assert.strictEqual((await bob.command('ping', { ping: {} })).outcome, 'done');
  const typing = { room_id: ROOM_ID, active: true };
  assert.strictEqual((await bob.command('typing', { typing })).outcome, 'done');

  const question = await bob.roomEvent(3);
  assert.strictEqual(question.actor_id, 'alice');
  const text = `You said: ${question.message_sent.text}`;
  const send = { room_id: ROOM_ID, client_message_id: 'node-1', text };
  const reply = await bob.command('answer', { send });
  assert.strictEqual(reply.outcome, 'sent');
  assert.deepStrictEqual([reply.sent.seq, reply.sent.duplicate], [4, false]);
  assert.strictEqual((await bob.roomEvent(4)).message_sent.text, text);
  const again = await bob.command('again', { send });
  assert.deepStrictEqual([again.sent.seq, again.sent.duplicate], [4, true]);

  // A failure is a google.rpc.Status with an ErrorInfo, and the stream goes on.
  const refused = await bob.command('refused', { send: { ...send, text: 'something else' } });
  assert.strictEqual(refused.outcome, 'error');
  assert.strictEqual(refused.error.code, grpc.status.ALREADY_EXISTS);
  const info = refused.error.details.find(({ type_url: url }) => url.endsWith('/google.rpc.ErrorInfo'));
  assert.ok(info.value.includes('CLIENT_MESSAGE_ID_REUSED'));

  assert.strictEqual((await bob.roomEvent(5)).message_sent.text, 'bye');
  const seqs = bob.events.filter((event) => event.event === 'room_event')
    .map((event) => event.room_event.seq);
  assert.deepStrictEqual(seqs, [1, 2, 3, 4, 5]);
  bob.stream.end();
  assert.strictEqual((await bob.ended).code, grpc.status.OK);
  rooms.close();
  chat.close();
  console.log('all well');
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
