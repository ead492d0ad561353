// The reference client of GraphQL over SSE against a server with people in it: node graphql-sse.mjs http://127.0.0.1:8086/graphql
import assert from 'node:assert/strict';
import { createClient } from 'graphql-sse';
import { address, step, withinTime } from './script.mjs';

/** All results of an operation, or as many as are wanted. */
async function results(client, payload, wanted = Infinity) {
  const all = [];
  for await (const result of client.iterate(payload)) {
    all.push(result);
    if (all.length === wanted) break;
  }
  return all;
}

const client = createClient({ url: address, retryAttempts: 0 });
const EVENTS = 'subscription($after: Position) { events(after: $after) { position type } }';

await step('events from the first one', async () => {
  const events = await withinTime(results(client, { query: EVENTS, variables: { after: '0' } }, 500));
  const positions = events.map(({ data }) => Number(data.events.position));
  assert.deepEqual(positions, Array.from({ length: 500 }, (_, i) => i + 1));
});

await step('an event as it happens', async () => {
  const [{ data }] = await results(client, { query: '{ head { position } people(filter: { missing: [] }, first: 1) { nodes { id } } }' });
  const [{ id }] = data.people.nodes;
  const first = results(client, { query: EVENTS, variables: { after: data.head.position } }, 1);
  const input = { commandId: crypto.randomUUID(), personId: id, service: 'JOB_FAIR' };
  const query = 'mutation($input: DeliverServiceInput!) { deliverService(input: $input) { ... on Recorded { position } } }';
  const [recorded] = await results(client, { query, variables: { input } });
  const [event] = await withinTime(first);
  assert.deepEqual(event.data.events, { position: recorded.data.deliverService.position, type: 'SERVICE_DELIVERED' });
});

await step('a stream that ends by itself', async () => {
  const [only, ...others] = await results(client, { query: '{ head { position } }' });
  assert.match(only.data.head.position, /^[0-9]+$/);
  assert.deepEqual(others, []);
});

await step('an error of a subscription, and a document that does not fit', async () => {
  const query = 'subscription { events(filter: { region: "9" }) { position } }';
  const [{ errors }] = await withinTime(results(client, { query }));
  assert.equal(errors[0].extensions.code, 'UNKNOWN_REGION');
  await assert.rejects(withinTime(results(client, { query: 'subscription { nothing }' })), (error) => {
    assert.equal(error.response?.status, 400, String(error));
    return true;
  });
});

client.dispose();
