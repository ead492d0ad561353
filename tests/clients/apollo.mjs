// Apollo Client against a server with people in it: node apollo.mjs http://127.0.0.1:8086/graphql
import assert from 'node:assert/strict';
import { ApolloClient, gql, HttpLink, InMemoryCache, split } from '@apollo/client/core';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { getMainDefinition } from '@apollo/client/utilities';
import { createClient } from 'graphql-ws';
import { filter, firstValueFrom } from 'rxjs';
import WebSocket from 'ws';
import { PEOPLE, DELIVER_SERVICE, EVENTS } from './operations.mjs';
import { address, socketAddress, step, withinTime } from './script.mjs';

const socket = createClient({ url: socketAddress, webSocketImpl: WebSocket });
const client = new ApolloClient({
  link: split(
    ({ query }) => getMainDefinition(query).operation === 'subscription',
    new GraphQLWsLink(socket),
    new HttpLink({ uri: address }),
  ),
  cache: new InMemoryCache({
    typePolicies: { Query: { fields: { people: { keyArgs: ['filter'], merge: pagesInOrder } } } },
  }),
});

/** One list of all pages, as Apollo's `fetchMore` wants it. */
function pagesInOrder(before, page, { args }) {
  return args?.after && before ? { ...page, edges: [...before.edges, ...page.edges] } : page;
}

let personId;

await step('two pages', async () => {
  const list = client.watchQuery({ query: gql(PEOPLE), variables: { filter: { missing: [] }, first: 5 } });
  const { data } = await firstValueFrom(list.pipe(filter((result) => !result.loading)));
  const { hasNextPage, endCursor } = data.people.pageInfo;
  assert.ok(hasNextPage);
  await list.fetchMore({ variables: { after: endCursor } });
  const ids = list.getCurrentResult().data.people.edges.map((edge) => edge.node.id);
  assert.equal(new Set(ids).size, 10);
  [personId] = ids;
});

await step('a command sent twice and its event', async () => {
  const { data } = await client.query({ query: gql`query Head { head { position } }` });
  const input = { commandId: crypto.randomUUID(), personId, service: 'JOB_FAIR' };
  const events = client.subscribe({ query: gql(EVENTS), variables: { after: data.head.position } });
  const event = withinTime(firstValueFrom(events));
  const send = () => client.mutate({ mutation: gql(DELIVER_SERVICE), variables: { input } });
  const answers = [await send(), await send()].map(({ data }) => data.deliverService);
  assert.deepEqual(answers.map((answer) => answer.__typename), ['Recorded', 'Recorded']);
  assert.deepEqual(answers.map((answer) => answer.alreadyRecorded), [false, true]);
  assert.equal(answers[0].position, answers[1].position);
  const { position, commandId, type } = (await event).data.events;
  assert.deepEqual({ position, commandId, type }, { position: answers[0].position, commandId: input.commandId, type: 'SERVICE_DELIVERED' });
  // The answer names the person, so that the cache has the newest version without another question.
  const known = client.readFragment({ id: `Person:${personId}`, fragment: gql`fragment Version on Person { version }` });
  assert.equal(known.version, answers[1].person.version);
});

await step('a refusal, and an error', async () => {
  const input = { commandId: crypto.randomUUID(), personId: 'nobody', service: 'JOB_FAIR' };
  const { data, error } = await client.mutate({ mutation: gql(DELIVER_SERVICE), variables: { input } });
  assert.equal(error, undefined);
  assert.equal(data.deliverService.code, 'UNKNOWN_PERSON');
  const wrong = client.query({ query: gql(PEOPLE), variables: { first: 5, after: 'nonsense' } });
  await assert.rejects(wrong, (error) => error.errors[0].extensions.code === 'BAD_CURSOR');
});

client.stop();
await socket.dispose();
