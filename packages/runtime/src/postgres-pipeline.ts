import type { Socket } from 'node:net';
import type pg from 'pg';
import type { Parameter } from './postgres-values.ts';

/** A named statement is parsed once per connection, and its plan is kept. The name belongs to one text. */
export interface Statement {
  name: string;
  text: string;
}

export interface Answer {
  rows: Record<string, unknown>[];
  /** What the server says it did: `SELECT`, `COMMIT`. */
  command: string;
}

/** A column of a statement's rows, and how its text becomes a value. */
interface Column {
  name: string;
  parse: (text: string) => unknown;
}

/** Columns of the statements that a connection has parsed, by name. */
export type Prepared = Map<string, readonly Column[]>;

/** What is known of a connection: where to write, and what its server knows already. */
export interface PipelineOptions {
  prepared: Prepared;
  types: pg.CustomTypesConfig;
  /** Called once, when the server has answered or the connection is gone. */
  onEnd: () => void;
}

interface Sent extends PromiseWithResolvers<Answer> {
  name: string;
  text: string;
  values: readonly Parameter[];
  columns: readonly Column[];
  rows: Record<string, unknown>[];
  command: string;
}

export const transactionControl = {
  begin: { name: 'begin', text: 'begin' },
  commit: { name: 'commit', text: 'commit' },
  rollback: { name: 'rollback', text: 'rollback' },
  discardPlans: { name: 'discard_plans', text: 'discard plans' },
} satisfies Record<string, Statement>;

const TRANSACTION_CONTROL = new Set(['', ...Object.values(transactionControl).map(({ name }) => name)]);

/**
 * Statements that go to the server in one piece and are answered in one piece, with one `Sync` behind the last of them.
 * Each begins when the one before it has ended. When one fails, the server skips those behind it, and all of them fail
 * here with its error: nothing of a pipeline is known to have happened before its end.
 *
 * pg's own pipeline mode puts a `Sync` behind each statement, so that the server sends each answer by itself, and both
 * processes are woken once for each.
 *
 * This is what pg calls a Submittable (as pg-cursor is): its client writes it to a connection and hands it what
 * arrives.
 */
export class Pipeline {
  readonly #options: PipelineOptions;
  readonly #sent: Sent[] = [];
  #answered = 0;
  #failure: Error | undefined;
  /** For those who watch pg's client, such as OpenTelemetry. */
  callback: (error: Error | null, result?: unknown) => void = () => undefined;

  constructor(options: PipelineOptions) {
    this.#options = options;
  }

  add({ name, text }: Statement, values: readonly Parameter[] = []): Promise<Answer> {
    const sent = {
      name,
      text,
      values,
      columns: [],
      rows: [],
      command: '',
      ...Promise.withResolvers<Answer>(),
    };
    this.#sent.push(sent);
    return sent.promise;
  }

  /** For those who watch, as `callback` is. Transaction control is left out. */
  get name(): string {
    const names = this.#sent.map(({ name }) => name);
    return names.filter((name) => !TRANSACTION_CONTROL.has(name)).join(', ');
  }

  get text(): string {
    return this.#sent.map(({ text }) => text).join(';\n');
  }

  submit(connection: Connection): void {
    const { prepared } = this.#options;
    connection.stream.cork();
    for (const { name, text, values } of this.#sent) {
      const known = name !== '' && prepared.has(name);
      if (!known) {
        // A statement that failed may have been parsed, and the server takes no second of its name.
        if (name !== '') connection.close({ type: 'S', name });
        connection.parse({ name, text, types: [] });
      }
      connection.bind({ statement: name, values });
      if (!known) connection.describe({ type: 'P', name: '' });
      connection.execute({});
    }
    connection.sync();
    connection.stream.uncork();
  }

  handleRowDescription({ fields }: { fields: { name: string; dataTypeID: number }[] }): void {
    const { types } = this.#options;
    this.#current.columns = fields.map(({ name, dataTypeID }) => ({
      name,
      parse: types.getTypeParser(dataTypeID, 'text') as Column['parse'],
    }));
  }

  handleDataRow({ fields }: { fields: (string | null)[] }): void {
    const { rows } = this.#current;
    const columns = this.#columns;
    const row: Record<string, unknown> = {};
    try {
      for (const [index, { name, parse }] of columns.entries()) {
        const text = fields[index] ?? null;
        row[name] = text === null ? null : parse(text);
      }
      rows.push(row);
    } catch (error) {
      this.#failure ??= error as Error;
    }
  }

  handleCommandComplete({ text }: { text: string }): void {
    this.#current.command = text.split(' ', 1)[0] ?? '';
    this.#next();
  }

  handleEmptyQuery(): void {
    this.#next();
  }

  handleReadyForQuery(): void {
    if (this.#failure) {
      this.handleError(this.#failure);
      return;
    }
    for (const { resolve, rows, command } of this.#sent) resolve({ rows, command });
    this.callback(null);
    this.#options.onEnd();
  }

  handleCopyInResponse(connection: { sendCopyFail(reason: string): void; sync(): void }): void {
    connection.sendCopyFail('nothing is copied over a pipeline');
    connection.sync(); // the server has passed over the one behind the statement
  }

  handleCopyData(): void {}

  handleError(error: Error): void {
    // It may have failed because a table is not what it was: it is parsed anew the next time.
    const failed = this.#sent[this.#answered];
    if (failed) this.#options.prepared.delete(failed.name);
    for (const { reject } of this.#sent) reject(error);
    this.callback(error);
    this.#options.onEnd();
  }

  get #current(): Sent {
    const current = this.#sent[this.#answered];
    if (!current) throw new Error('PostgreSQL answered more statements than it was sent');
    return current;
  }

  get #columns(): readonly Column[] {
    const { name, columns } = this.#current;
    return this.#options.prepared.get(name) ?? columns;
  }

  #next(): void {
    const { name } = this.#current;
    if (name !== '') this.#options.prepared.set(name, this.#columns);
    this.#answered += 1;
  }
}

/** What of a pg connection its queries write to. */
interface Connection {
  stream: Socket;
  parse(message: { name: string; text: string; types: number[] }): void;
  bind(message: { statement: string; values: readonly Parameter[] }): void;
  describe(message: { type: 'P'; name: string }): void;
  execute(message: object): void;
  close(message: { type: 'S'; name: string }): void;
  sync(): void;
}
