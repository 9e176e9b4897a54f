import type { Socket } from 'node:net';
import pg from 'pg';

/** The server did not answer within the client-side deadline. Whether the statement took effect is unknown. */
export class DeadlineError extends Error {
  override readonly name = 'DeadlineError';
  readonly code = 'ETIMEDOUT';
}

/**
 * A pg client whose statements cannot wait for ever.
 *
 * `statement_timeout` is kept by the server, so it says nothing when the server is stopped or the network swallows
 * packets: such a query hung for over 12 s. pg's own `query_timeout` rejects the promise but keeps the socket, and
 * Sequelize then hands the half-used connection to the next caller. Here a passed deadline destroys the socket: every
 * statement on it fails, and any pool sees a broken connection and discards it.
 *
 * Of statements that were sent together, each has the deadline for itself: its time begins when the one before it was
 * answered.
 */
export class DeadlineClient extends pg.Client {
  readonly #deadlineMs: number;
  #unanswered = 0;
  #deadline: NodeJS.Timeout | undefined;

  constructor(config: pg.ClientConfig) {
    const { query_timeout: deadlineMs, ...rest } = config;
    super(rest);
    this.#deadlineMs = deadlineMs ?? 0;
    // A connection that breaks while it is checked out has no other listener, and would end the process.
    this.on('error', () => undefined);
  }

  override query(...args: unknown[]): never {
    this.#sendTogether();
    const parent = super.query.bind(this) as (...args: unknown[]) => unknown;
    this.#expectAnswer();
    const settled = () => this.#gotAnswer();
    const callback = args.at(-1);
    if (typeof callback === 'function') {
      args[args.length - 1] = (...answer: unknown[]) => {
        settled();
        callback(...answer);
      };
      return parent(...args) as never;
    }
    const result = parent(...args);
    if (result instanceof Promise) result.then(settled, settled);
    else settled();
    return result as never;
  }

  /** Statements that are sent in one turn leave in one system call. */
  #sendTogether(): void {
    const { stream } = this.#connection;
    if (stream.writableCorked > 0) return;
    stream.cork();
    process.nextTick(() => stream.uncork());
  }

  #expectAnswer(): void {
    this.#unanswered += 1;
    if (this.#deadlineMs === 0 || this.#deadline) return;
    this.#deadline = setTimeout(() => {
      this.destroy(new DeadlineError(`PostgreSQL did not answer within ${this.#deadlineMs} ms`));
    }, this.#deadlineMs);
  }

  #gotAnswer(): void {
    this.#unanswered -= 1;
    if (this.#unanswered > 0) {
      this.#deadline?.refresh();
    } else {
      clearTimeout(this.#deadline);
      this.#deadline = undefined;
    }
  }

  /** Drops the connection at once, without the goodbye that `end` waits for. */
  destroy(reason?: Error): void {
    this.#connection.stream.destroy(reason);
  }

  get #connection() {
    return (this as unknown as { connection: { stream: Socket } }).connection;
  }
}
