// The reference client of `graphql-transport-ws` against the gateway's sample schema: node graphql-ws.mjs ws://…
import assert from 'node:assert/strict';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';

const url = process.argv[2];
const TIME_MAX_MILLISECONDS = 50_000;

const deadline = setTimeout(() => {
  console.error('the script has not ended in time');
  process.exit(1);
}, TIME_MAX_MILLISECONDS);

function connect(options = {}) {
  return createClient({ url, webSocketImpl: WebSocket, ...options });
}

/** All results of an operation; `each` may return true to complete it early. What is on its way then, still comes. */
function results(client, payload, each = () => false) {
  return new Promise((resolve, reject) => {
    const all = [];
    const complete = client.subscribe(payload, {
      next(result) {
        all.push(result);
        if (each(result)) complete();
      },
      error: reject,
      complete: () => resolve(all),
    });
  });
}

async function step(name, check) {
  await check();
  console.log(`ok: ${name}`);
}

await step('subscribe', async () => {
  const client = connect({ connectionParams: { Authorization: 'Bearer none yet' } });
  const all = await results(client, { query: 'subscription { count(to: 500) }' });
  assert.deepEqual(all.map((result) => result.data.count), Array.from({ length: 500 }, (_, i) => i + 1));
  await client.dispose();
});

await step('complete early', async () => {
  const client = connect();
  let seen = 0;
  await results(client, { query: 'subscription { flood(bytes: 50) }' }, () => ++seen === 100);
  assert.ok(seen >= 100);
  // The socket lives, and is not full of what nobody wants.
  const [greeting] = await results(client, { query: '{ hello(name: "you") }' });
  assert.equal(greeting.data.hello, 'hello you, says local');
  await client.dispose();
});

await step('query', async () => {
  const client = connect({ keepAlive: 5 });
  const query = 'query Greet($name: String!) { hello(name: $name) }';
  const payload = { query, operationName: 'Greet', variables: { name: '旗' } };
  assert.deepEqual(await results(client, payload), [{ data: { hello: 'hello 旗, says local' } }]);
  await client.dispose();
});

await step('mutation', async () => {
  const client = connect();
  const [result] = await results(client, { query: 'mutation { add }' });
  assert.equal(result.data.add, 1);
  await client.dispose();
});

await step('validation error', async () => {
  const client = connect();
  await assert.rejects(results(client, { query: 'subscription { nothing }' }), (errors) => {
    assert.ok(Array.isArray(errors) && errors[0].message.includes('nothing'), JSON.stringify(errors));
    return true;
  });
  // The socket lives: the next operation goes over it.
  const [first] = await results(client, { query: 'subscription { count(to: 1) }' });
  assert.equal(first.data.count, 1);
  await client.dispose();
});

await step('two sockets', async () => {
  const clients = [connect(), connect()];
  const counts = [300, 700];
  const both = clients.map((client, i) => results(client, { query: `subscription { count(to: ${counts[i]}) }` }));
  assert.deepEqual((await Promise.all(both)).map((all) => all.length), counts);
  await Promise.all(clients.map((client) => client.dispose()));
});

await step('reconnect', async () => {
  let sockets = 0;
  let socket;
  const client = connect({ retryAttempts: 3, retryWait: async () => {} });
  client.on('connected', (connected) => {
    sockets += 1;
    socket = connected;
  });
  let lost = false;
  const numbers = [];
  await results(client, { query: 'subscription { ticks(milliseconds: 5) }' }, (result) => {
    numbers.push(result.data.ticks);
    if (numbers.length === 3) {
      lost = true;
      socket.terminate();
    }
    return sockets === 2 && numbers.length >= 6;
  });
  assert.ok(lost);
  assert.equal(sockets, 2);
  assert.deepEqual(numbers.slice(0, 3), [0, 1, 2]);
  assert.equal(numbers.filter((number) => number === 0).length, 2, 'the stream begins again on the new socket');
  await client.dispose();
});

clearTimeout(deadline);
