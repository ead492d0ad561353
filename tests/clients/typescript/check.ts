// Runs the client against a server with people in it: node out/check.js http://127.0.0.1:8086/graphql
import assert from 'node:assert/strict';
import WebSocket from 'ws';
import { OutcomeUnknown, RequestError, Sigeyi } from './client.js';
import {
  DeliverServiceDocument,
  EnrolPersonDocument,
  EventsDocument,
  HeadDocument,
  PeopleDocument,
  type EventsSubscription,
  type PeopleQuery,
} from './generated.js';
import { Line } from './line.js';

const TIME_MAX_MILLISECONDS = 50_000;
const COMMANDS_PER_STRETCH = 20;

type Event = EventsSubscription['events'];

const address = process.argv[2];
assert.ok(address, 'the address of the server is missing');
const deadline = setTimeout(() => {
  console.error('the check has not ended in time');
  process.exit(1);
}, TIME_MAX_MILLISECONDS);

const sigeyi = new Sigeyi(address, { webSocketImpl: WebSocket });

async function step(name: string, check: () => Promise<void>): Promise<void> {
  await check();
  console.log(`ok: ${name}`);
}

async function head(): Promise<string> {
  const { head } = await sigeyi.query(HeadDocument, {});
  assert.ok(head?.synthetic, 'this writes to the server, so everybody there must be invented');
  return head.position;
}

async function workList(after: string | null): Promise<PeopleQuery['people']> {
  const { people } = await sigeyi.query(PeopleDocument, { filter: { missing: ['SERVICE_DELIVERED'] }, first: 5, after });
  return people;
}

async function somebody(): Promise<string> {
  const { people } = await sigeyi.query(PeopleDocument, { filter: { missing: [] }, first: 1 });
  const id = people?.edges[0]?.node.id;
  assert.ok(id);
  return id;
}

/** Records a service; its position. */
async function serve(personId: string, through = sigeyi): Promise<string> {
  const input = { commandId: crypto.randomUUID(), personId, service: 'JOB_REFERRAL', remarks: crypto.randomUUID() } as const;
  const { command } = await through.send(DeliverServiceDocument, { ...input });
  assert.equal(command.__typename, 'Recorded');
  return command.position;
}

await step('work list, page by page', async () => {
  const seen: string[] = [];
  let after: string | null = null;
  for (let page = 0; page < 3; page += 1) {
    const people = await workList(after);
    assert.ok(people?.pageInfo.hasNextPage);
    assert.ok(people.edges.every((edge) => edge.missing.includes('SERVICE_DELIVERED') && edge.waitingSince));
    seen.push(...people.edges.map((edge) => edge.node.id));
    after = people.pageInfo.endCursor;
  }
  assert.equal(new Set(seen).size, 15);
});

await step('a cursor of another filter', async () => {
  const { people } = await sigeyi.query(PeopleDocument, { filter: { missing: [] }, first: 1 });
  const after = people?.pageInfo.endCursor ?? null;
  await assert.rejects(sigeyi.query(PeopleDocument, { filter: { inScope: false }, first: 1, after }), (error) => {
    assert.ok(error instanceof RequestError && error.isOnly(['BAD_CURSOR']));
    return true;
  });
});

/** What a server answers that has recorded a command and not heard of it in time. */
const OUTCOME_UNKNOWN = {
  data: { command: null },
  errors: [{ message: 'no answer yet', path: ['command'], extensions: { code: 'OUTCOME_UNKNOWN' } }],
};

await step('a command whose answers get lost is recorded once', async () => {
  const before = BigInt(await head());
  let sent = 0;
  const lossy: typeof fetch = async (...request) => {
    const response = await fetch(...request);
    sent += 1;
    if (sent === 1) throw new TypeError('the answer got lost');
    if (sent === 2) return Response.json(OUTCOME_UNKNOWN);
    return response;
  };
  const client = new Sigeyi(address, { fetch: lossy, webSocketImpl: WebSocket });
  const input = { commandId: crypto.randomUUID(), personId: await somebody(), service: 'JOB_FAIR' } as const;
  const { command } = await client.send(DeliverServiceDocument, { ...input });
  assert.ok(command.__typename === 'Recorded' && command.alreadyRecorded);
  assert.equal(sent, 3);
  assert.equal(BigInt(await head()), before + 1n);
  // The question that follows sees it.
  const { people } = await sigeyi.query(PeopleDocument, { first: 1, minPosition: command.position });
  assert.ok(people && BigInt(people.position) >= BigInt(command.position));
});

await step('an outcome that nobody knows', async () => {
  const silent: typeof fetch = () => Promise.reject(new TypeError('no way there'));
  const client = new Sigeyi(address, { fetch: silent, webSocketImpl: WebSocket, sendAttemptsMax: 2 });
  const input = { commandId: crypto.randomUUID(), personId: 'nobody', service: 'JOB_FAIR' } as const;
  const unknown = (error: unknown): boolean => error instanceof OutcomeUnknown && error.commandId === input.commandId;
  await assert.rejects(client.send(DeliverServiceDocument, { ...input }), unknown);
});

await step('refusals are data', async () => {
  const commandId = crypto.randomUUID();
  const delivered = await sigeyi.send(DeliverServiceDocument, { commandId, personId: 'nobody', service: 'JOB_FAIR' });
  assert.ok(delivered.command.__typename === 'Rejected');
  assert.deepEqual([delivered.command.code, delivered.command.field], ['UNKNOWN_PERSON', 'personId']);
  const enrolled = await sigeyi.send(EnrolPersonDocument, {
    commandId: crypto.randomUUID(),
    name: '乌云',
    certificate: '123',
    region: '150102',
    employment: { notEmployed: 'NO_SKILLS' },
  });
  assert.ok(enrolled.command.__typename === 'Rejected');
  assert.deepEqual([enrolled.command.code, enrolled.command.field], ['BAD_CERTIFICATE_FORMAT', 'certificate']);
});

await step('events over a line that breaks', async () => {
  const { hostname, port } = new URL(address);
  const line = await Line.to(hostname, Number(port));
  const far = new Sigeyi(`http://127.0.0.1:${line.port}/graphql`, { webSocketImpl: WebSocket, pingEveryMilliseconds: 200 });
  const stopping = new AbortController();
  const after = await head();
  const personId = await somebody();
  const seen: Event[] = [];
  let told = (): void => {};
  const following = (async () => {
    for await (const event of far.follow(EventsDocument, { after }, stopping.signal)) {
      seen.push(event);
      told();
    }
  })();
  const recorded: string[] = [];
  const all = (): Promise<void> =>
    new Promise((done) => {
      told = () => {
        if (seen.length >= recorded.length) done();
      };
      told();
    });
  const stretch = async (): Promise<void> => {
    for (let sent = 0; sent < COMMANDS_PER_STRETCH; sent += 1) recorded.push(await serve(personId));
  };
  await stretch();
  await all();
  for (const breaks of [() => line.cut(), () => line.goDead(), () => line.cut()]) {
    const half = stretch();
    breaks();
    await half;
    await all();
  }
  stopping.abort();
  await following;
  assert.deepEqual(seen.map((event) => event.position), recorded);
  assert.ok(seen.every((event) => event.type === 'SERVICE_DELIVERED' && event.personId === personId));
  await far.close();
  line.close();
});

await step('a subscription that is refused', async () => {
  const refused = sigeyi.follow(EventsDocument, { after: '0', filter: { region: 'nowhere' } }, new AbortController().signal);
  await assert.rejects(refused.next(), (error) => error instanceof RequestError && error.isOnly(['UNKNOWN_REGION']));
});

await sigeyi.close();
clearTimeout(deadline);
