// Whether schema/asyncapi.yaml is an AsyncAPI document: node asyncapi.mjs
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Parser } from '@asyncapi/parser';

/** What is said of every document of version 3.0. */
const NOT_ASKED_FOR = new Set(['asyncapi-latest-version']);

const source = fileURLToPath(new URL('../../schema/asyncapi.yaml', import.meta.url));
// The bodies of events are described in files beside it.
const { document, diagnostics } = await new Parser().parse(readFileSync(source, 'utf8'), { source });
const said = diagnostics.filter(({ code }) => !NOT_ASKED_FOR.has(code));
for (const { code, message, path } of said) console.error(`${path.join('.')}: ${code}: ${message}`);
assert.equal(said.length, 0);
assert.ok(document, 'it is parsed');
assert.equal(document.version(), '3.0.0');
const addresses = document.channels().all().map((channel) => channel.address());
assert.deepEqual(addresses, ['/events', '/events.ndjson']);
console.log(`ok: ${document.messages().all().length} messages`);
