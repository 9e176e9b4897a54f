import type { Socket } from 'node:net';
import pg from 'pg';
import { type Answer, Pipeline, type Prepared, type Statement } from './postgres-pipeline.ts';
import type { Parameter } from './postgres-values.ts';

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
 */
export class DeadlineClient extends pg.Client {
  readonly #deadlineMs: number;
  readonly #prepared: Prepared = new Map();
  #pipeline: Pipeline | undefined;

  constructor(config: pg.ClientConfig) {
    const { query_timeout: deadlineMs, ...rest } = config;
    super(rest);
    this.#deadlineMs = deadlineMs ?? 0;
    // A connection that breaks while it is checked out has no other listener, and would end the process.
    this.on('error', () => undefined);
  }

  override query(...args: unknown[]): never {
    const parent = super.query.bind(this) as (...args: unknown[]) => unknown;
    const answered = this.#startDeadline();
    const callback = args.at(-1);
    if (typeof callback === 'function') {
      args[args.length - 1] = (...answer: unknown[]) => {
        answered();
        callback(...answer);
      };
      return parent(...args) as never;
    }
    const result = parent(...args);
    if (result instanceof Promise) result.then(answered, answered);
    else answered();
    return result as never;
  }

  /** Sends a statement, in one pipeline with all others of this turn. They share one deadline. */
  run(statement: Statement, values?: readonly Parameter[]): Promise<Answer> {
    this.#pipeline ??= this.#startPipeline();
    return this.#pipeline.add(statement, values);
  }

  #startPipeline(): Pipeline {
    const onEnd = this.#startDeadline();
    const pipeline = new Pipeline({ prepared: this.#prepared, types: this.#types, onEnd });
    process.nextTick(() => {
      this.#pipeline = undefined;
      super.query(pipeline as unknown as pg.Submittable);
    });
    return pipeline;
  }

  #startDeadline(): () => void {
    if (this.#deadlineMs === 0) return () => undefined;
    const timer = setTimeout(() => {
      this.destroy(new DeadlineError(`PostgreSQL did not answer within ${this.#deadlineMs} ms`));
    }, this.#deadlineMs);
    return () => clearTimeout(timer);
  }

  /** Drops the connection at once, without the goodbye that `end` waits for. */
  destroy(reason?: Error): void {
    (this as unknown as { connection: { stream: Socket } }).connection.stream.destroy(reason);
  }

  get #types(): pg.CustomTypesConfig {
    return (this as unknown as { _types: pg.CustomTypesConfig })._types;
  }
}
