// Shows how schema/schema.graphql differs from the version before, and fails at a breaking change that schema/BREAKING.md does not name:
// node schema-changes.mjs [REVISION]
//
// The version before is that of the revision, if one is given; else that of origin/main, unless this is origin/main itself; else the one
// before the newest commit that changed the file, or, with changes not committed, the newest one.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { CriticalityLevel, diff } from '@graphql-inspector/core';
import { buildSchema } from 'graphql';

const ROOT = new URL('../../', import.meta.url);
const SCHEMA = 'schema/schema.graphql';
const APPROVED = 'schema/BREAKING.md';
const TERMINAL_BYTES_MAX = 16 * 1024 * 1024;

/** What git prints; nothing where it fails, as for a revision that a shallow clone does not have. */
function git(...args) {
  try {
    const options = { cwd: ROOT, encoding: 'utf8', maxBuffer: TERMINAL_BYTES_MAX, stdio: ['ignore', 'pipe', 'ignore'] };
    return execFileSync('git', args, options).trimEnd();
  } catch {
    return undefined;
  }
}

function text(path) {
  return readFileSync(new URL(path, ROOT), 'utf8');
}

function revisionBefore() {
  const [given] = process.argv.slice(2);
  if (given) return given;
  const main = git('rev-parse', '--verify', '--quiet', 'origin/main^{commit}');
  if (main && main !== git('rev-parse', 'HEAD')) return main;
  if (git('show', `HEAD:${SCHEMA}`) !== text(SCHEMA).trimEnd()) return 'HEAD';
  const changed = git('log', '-1', '--format=%H', '--', SCHEMA);
  return changed && `${changed}^`;
}

function isApproved(change) {
  const lines = existsSync(new URL(APPROVED, ROOT)) ? text(APPROVED).split('\n') : [];
  return lines.some((line) => line.startsWith(`- ${firstLine(change)}`));
}

function firstLine({ message }) {
  return message.split('\n')[0];
}

const revision = revisionBefore();
const before = revision && git('show', `${revision}:${SCHEMA}`);
if (!before) {
  console.error(`NOT COMPARED: this clone has no version of ${SCHEMA} before this one (fetch the history to compare)`);
  process.exit(process.argv[2] ? 1 : 0);
}

const changes = await diff(buildSchema(before), buildSchema(text(SCHEMA)));
console.log(`${SCHEMA} against ${revision}: ${changes.length === 0 ? 'no changes' : `${changes.length} changes`}`);
for (const change of changes) console.log(`${change.criticality.level.padEnd(12)} ${firstLine(change)}`);

const refused = changes.filter((change) => change.criticality.level === CriticalityLevel.Breaking && !isApproved(change));
if (refused.length > 0) {
  console.error(`\nThese break front ends. Do otherwise, or name them in ${APPROVED} with the reason and what front ends do:`);
  for (const change of refused) console.error(`- ${firstLine(change)}`);
  process.exit(1);
}
