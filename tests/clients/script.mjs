// What the scripts share: the address they are given, their steps, and an end in any case.

const TIME_MAX_MILLISECONDS = 50_000;
const EVENT_TIME_MAX_MILLISECONDS = 20_000;

/** Of HTTP. */
export const address = process.argv[2];
if (!address) {
  console.error('usage: node SCRIPT http://127.0.0.1:8086/graphql');
  process.exit(2);
}
/** Of WebSocket. */
export const socketAddress = `${address.replace(/^http/, 'ws')}/ws`;

setTimeout(() => {
  console.error('the script has not ended in time');
  process.exit(1);
}, TIME_MAX_MILLISECONDS).unref();

/** Prints `ok: name` once the check has passed. */
export async function step(name, check) {
  await check();
  console.log(`ok: ${name}`);
}

/** The same promise, rejected when it takes too long. */
export function withinTime(promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error('it never came')), EVENT_TIME_MAX_MILLISECONDS);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
