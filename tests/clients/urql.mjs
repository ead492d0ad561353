// urql against a server with people in it: node urql.mjs http://127.0.0.1:8086/graphql
import assert from 'node:assert/strict';
import { cacheExchange, Client, fetchExchange, subscriptionExchange } from '@urql/core';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { PEOPLE, DELIVER_SERVICE, EVENTS } from './operations.mjs';
import { address, socketAddress, step, withinTime } from './script.mjs';

const socket = createClient({ url: socketAddress, webSocketImpl: WebSocket });
const client = new Client({
  url: address,
  // A certificate number in the variables must not stand in an address.
  preferGetMethod: false,
  exchanges: [
    cacheExchange,
    fetchExchange,
    subscriptionExchange({
      forwardSubscription: (operation) => ({
        subscribe: (sink) => ({ unsubscribe: socket.subscribe(operation, sink) }),
      }),
    }),
  ],
});

let personId;

await step('two pages', async () => {
  const page = async (after) => {
    const { data, error } = await client.query(PEOPLE, { filter: { missing: [] }, first: 5, after });
    assert.equal(error, undefined);
    return data.people;
  };
  const first = await page();
  assert.ok(first.pageInfo.hasNextPage);
  const second = await page(first.pageInfo.endCursor);
  const ids = [...first.edges, ...second.edges].map((edge) => edge.node.id);
  assert.equal(new Set(ids).size, 10);
  [personId] = ids;
});

await step('a command sent twice and its event', async () => {
  const { data } = await client.query('query Head { head { position } }', {});
  const input = { commandId: crypto.randomUUID(), personId, service: 'JOB_FAIR' };
  let following;
  const event = withinTime(
    new Promise((resolve, reject) => {
      const events = client.subscription(EVENTS, { after: data.head.position });
      following = events.subscribe(({ data, error }) => (error ? reject(error) : resolve(data.events)));
    }),
  );
  const send = () => client.mutation(DELIVER_SERVICE, { input }).toPromise();
  const answers = [await send(), await send()].map(({ data }) => data.deliverService);
  assert.deepEqual(answers.map((answer) => answer.__typename), ['Recorded', 'Recorded']);
  assert.deepEqual(answers.map((answer) => answer.alreadyRecorded), [false, true]);
  assert.equal(answers[0].position, answers[1].position);
  const { position, commandId, type } = await event;
  following.unsubscribe();
  assert.deepEqual({ position, commandId, type }, { position: answers[0].position, commandId: input.commandId, type: 'SERVICE_DELIVERED' });
});

await step('a refusal, and an error', async () => {
  const input = { commandId: crypto.randomUUID(), personId: 'nobody', service: 'JOB_FAIR' };
  const refused = await client.mutation(DELIVER_SERVICE, { input });
  assert.equal(refused.error, undefined);
  assert.equal(refused.data.deliverService.code, 'UNKNOWN_PERSON');
  const wrong = await client.query(PEOPLE, { first: 5, after: 'nonsense' });
  assert.equal(wrong.error.graphQLErrors[0].extensions.code, 'BAD_CURSOR');
});

await socket.dispose();
