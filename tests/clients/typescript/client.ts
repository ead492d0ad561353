// A small client for front ends: asks, sends commands until their outcome is known, and follows events without gap or repeat.
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { print, type GraphQLFormattedError } from 'graphql';
import { createClient, type Client, type ClientOptions } from 'graphql-ws';

/** Codes after which a command may have been recorded, or may be later: the same command is sent again. */
const WORTH_SENDING_AGAIN = ['OVERLOADED', 'STARTING', 'TIMEOUT', 'OUTCOME_UNKNOWN', 'INTERNAL', 'LOG_UNREADABLE'];
/** Codes that end a subscription which may go on later. */
const WORTH_FOLLOWING_AGAIN = ['TOO_MANY_OPERATIONS', 'SHUTTING_DOWN', 'INTERNAL', 'LOG_UNREADABLE'];
/** Close codes of a socket that would be closed again. */
const FATAL_CLOSE_CODES = [4400, 4401, 4406, 4409, 4429];
const SEND_ATTEMPTS_MAX = 8;
const FIRST_WAIT_MILLISECONDS = 200;
const WAIT_MILLISECONDS_MAX = 5_000;
/** Longer than the server takes for anything. */
const REQUEST_MILLISECONDS_MAX = 15_000;
const PING_EVERY_MILLISECONDS = 10_000;

export interface Options {
  fetch?: typeof fetch;
  /** Where there is no global `WebSocket`. */
  webSocketImpl?: unknown;
  sendAttemptsMax?: number;
  pingEveryMilliseconds?: number;
}

/** The server answered, with errors. `data` is what it could answer nevertheless. */
export class RequestError extends Error {
  constructor(
    readonly errors: readonly GraphQLFormattedError[],
    readonly data: unknown = null,
  ) {
    super(errors.map((error) => `${codeOf(error)}: ${error.message}`).join('; '));
  }

  /** Whether every error has one of these codes. */
  isOnly(codes: readonly string[]): boolean {
    return this.errors.length > 0 && this.errors.every((error) => codes.includes(codeOf(error)));
  }
}

/** Nobody knows what became of a command: keep it, and send it again later under the same id. */
export class OutcomeUnknown extends Error {
  constructor(
    readonly commandId: string,
    cause: unknown,
  ) {
    super(`the outcome of command ${commandId} is not known: send it again under this id`, { cause });
  }
}

export class Sigeyi {
  readonly #address: string;
  readonly #fetch: typeof fetch;
  readonly #sendAttemptsMax: number;
  readonly #socket: Client;
  readonly #pingEvery: number;

  /** `address` is that of HTTP, such as `http://127.0.0.1:8086/graphql`. */
  constructor(address: string, options: Options = {}) {
    this.#address = address;
    this.#fetch = options.fetch ?? fetch;
    this.#sendAttemptsMax = options.sendAttemptsMax ?? SEND_ATTEMPTS_MAX;
    this.#pingEvery = options.pingEveryMilliseconds ?? PING_EVERY_MILLISECONDS;
    this.#socket = createClient({
      url: `${address.replace(/^http/, 'ws')}/ws`,
      webSocketImpl: options.webSocketImpl,
      // It would ask for the same events again: `follow` goes on behind the last one instead.
      retryAttempts: 0,
      keepAlive: this.#pingEvery,
      on: this.#closeWhenSilent(),
    });
  }

  /** The data of a query. Throws a `RequestError` if any part of it failed. */
  async query<R, V>(document: TypedDocumentNode<R, V>, variables: NoInfer<V>): Promise<R> {
    const response = await this.#fetch(this.#address, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json' },
      body: JSON.stringify({ query: print(document), variables }),
      signal: AbortSignal.timeout(REQUEST_MILLISECONDS_MAX),
    });
    if (!response.headers.get('content-type')?.includes('json')) {
      throw new Error(`status ${response.status}: ${await response.text()}`);
    }
    const { data, errors }: { data?: R; errors?: GraphQLFormattedError[] } = await response.json();
    if (errors || !data) throw new RequestError(errors ?? [], data);
    return data;
  }

  /**
   * Sends a command until its outcome is known, always under the id that is in its input: keep the input until then. A refusal is an
   * outcome. Throws `OutcomeUnknown` when there is none after several attempts.
   */
  async send<R, I extends { commandId: string }>(document: TypedDocumentNode<R, { input: I }>, input: NoInfer<I>): Promise<Answered<R>> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return answered(await this.query(document, { input }));
      } catch (error) {
        // With a result the outcome is known, and something that was asked about it failed. Whatever is no `RequestError`: no answer came, so
        // the command may be recorded.
        if (error instanceof RequestError && (hasResult(error.data) || !error.isOnly(WORTH_SENDING_AGAIN))) throw error;
        if (attempt >= this.#sendAttemptsMax) throw new OutcomeUnknown(input.commandId, error);
        await waitAfter(attempt);
      }
    }
  }

  /** Every event after a position, each once and in order, then those to come, over broken connections too, until the signal. */
  async *follow<R extends { events: { position: string } }, V extends { after?: string | null | undefined }>(
    document: TypedDocumentNode<R, V>,
    variables: NoInfer<V> & { after: string },
    signal: AbortSignal,
  ): AsyncGenerator<R['events'], void> {
    let { after } = variables;
    for (let failures = 0; !signal.aborted; failures += 1) {
      if (failures > 0) await waitAfter(failures);
      const results = this.#socket.iterate<R>({ query: print(document), variables: { ...variables, after } });
      const stop = () => void results.return?.();
      signal.addEventListener('abort', stop);
      try {
        for await (const { data, errors } of results) {
          if (errors || !data) throw new RequestError(errors ?? []);
          // Before the event is given out: whoever takes no more after it has had it.
          after = data.events.position;
          failures = 0;
          yield data.events;
        }
      } catch (error) {
        throwIfFatal(error);
      } finally {
        signal.removeEventListener('abort', stop);
      }
    }
  }

  /** Closes the socket; whoever follows is told to stop before. */
  async close(): Promise<void> {
    await this.#socket.dispose();
  }

  /** A dead connection tells nobody that it is: it is given up when a ping is not answered before the next one would go. */
  #closeWhenSilent(): NonNullable<ClientOptions['on']> {
    let deadline: ReturnType<typeof setTimeout> | undefined;
    return {
      ping: (received) => {
        if (!received) deadline = setTimeout(() => this.#socket.terminate(), this.#pingEvery);
      },
      pong: (received) => {
        if (received) clearTimeout(deadline);
      },
      closed: () => clearTimeout(deadline),
    };
  }
}

/** What was asked without errors is there: only what failed is null at the root of a mutation. */
export type Answered<R> = { [Field in keyof R]: NonNullable<R[Field]> };

function answered<R>(data: R): Answered<R> {
  return data as Answered<R>;
}

function hasResult(data: unknown): boolean {
  return Object.values(data ?? {}).some((result) => result !== null);
}

function codeOf(error: GraphQLFormattedError): string {
  return String(error.extensions?.['code']);
}

/** A socket fails with its close event, a subscription that is refused with its list of errors. */
function throwIfFatal(error: unknown): void {
  const failure = Array.isArray(error) ? new RequestError(error) : error;
  if (failure instanceof RequestError && !failure.isOnly(WORTH_FOLLOWING_AGAIN)) throw failure;
  const code = (failure as { code?: unknown } | null)?.code;
  if (FATAL_CLOSE_CODES.some((fatal) => fatal === code)) throw failure;
}

/** Longer each time, and never for as long as others wait who lost their connection at the same moment. */
async function waitAfter(failures: number): Promise<void> {
  const longest = Math.min(FIRST_WAIT_MILLISECONDS * 2 ** (failures - 1), WAIT_MILLISECONDS_MAX);
  await new Promise((done) => setTimeout(done, longest * (0.5 + Math.random() / 2)));
}
