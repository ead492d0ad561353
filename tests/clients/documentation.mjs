// Runs what docs/frontend.md shows: node documentation.mjs http://127.0.0.1:8086/graphql
//
// `graphql` is sent, with the `json variables` behind it, and answers without errors, and as in `json answer` where there is one; a line of
// `sh` that calls curl is run; `ts` stands so in the client.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { address, socketAddress, step, withinTime } from './script.mjs';

const ADDRESS_OF_THE_PAGE = 'http://127.0.0.1:8086/graphql';
const page = readFileSync(new URL('../../docs/frontend.md', import.meta.url), 'utf8');
const client = readFileSync(new URL('typescript/client.ts', import.meta.url), 'utf8');

async function post(query, variables) {
  const response = await fetch(address, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json' },
    body: JSON.stringify({ query, variables }),
  });
  return response.json();
}

async function firstOf(query, variables) {
  const socket = createClient({ url: socketAddress, webSocketImpl: WebSocket });
  for await (const result of socket.iterate({ query, variables })) return result;
  throw new Error('the subscription ended without a result');
}

const { data } = await post('{ people(filter: { missing: [] }, first: 1) { nodes { id } } }');
const personId = data.people.nodes[0].id;

function filledIn(json) {
  return JSON.parse(json.replaceAll('<person id>', personId).replaceAll('<command id>', crypto.randomUUID()));
}

function sameLines(text) {
  return text.split('\n').map((line) => line.trim()).join('\n');
}

const fences = [...page.matchAll(/^```(.+)\n([^]*?)^```$/gm)].map(([, kind, text]) => ({ kind, text }));
const counts = {};
for (const [index, { kind, text }] of fences.entries()) {
  counts[kind] = (counts[kind] ?? 0) + 1;
  if (kind === 'graphql') {
    const behind = fences.slice(index + 1, index + 3);
    const variables = behind[0]?.kind === 'json variables' ? filledIn(behind[0].text) : {};
    const answer = behind[1]?.kind === 'json answer' ? JSON.parse(behind[1].text) : undefined;
    const ask = text.startsWith('subscription') ? firstOf : post;
    await step(text.split(/[ ({]/, 2).join(' '), async () => {
      const { data, errors } = await withinTime(ask(text, variables));
      assert.equal(errors, undefined);
      if (answer) assert.deepEqual(data, answer);
      else assert.ok(Object.values(data).every((field) => field && field.__typename !== 'Rejected'), JSON.stringify(data));
    });
  } else if (kind === 'sh' && text.startsWith('curl')) {
    assert.ok(text.includes(ADDRESS_OF_THE_PAGE));
    const said = execFileSync('bash', ['-c', text.replace(ADDRESS_OF_THE_PAGE, address)], { encoding: 'utf8', stdio: 'pipe' });
    assert.ok(JSON.parse(said).data.head.position);
  } else if (kind === 'ts') {
    assert.ok(sameLines(client).includes(sameLines(text)), `client.ts has no such lines:\n${text}`);
  }
}
assert.deepEqual(Object.keys(counts).sort(), ['graphql', 'json answer', 'json variables', 'sh', 'ts']);
console.log('ok: every snippet');
process.exit(0);
