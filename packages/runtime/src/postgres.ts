import pg from 'pg';
import { SECOND } from './durations.ts';
import { DeadlineClient, DeadlineError } from './postgres-client.ts';
import { type DatabaseConfig, sessionSettings, typeParsers } from './postgres-config.ts';
import { waited, watchPool } from './postgres-metrics.ts';
import { type Statement, transactionControl } from './postgres-pipeline.ts';
import { type Parameter, toParameter } from './postgres-values.ts';
import { atMost } from './together.ts';

export type { DatabaseConfig } from './postgres-config.ts';
export { isRetryable, isUnavailable, isUniqueViolation, sqlStateOf } from './postgres-errors.ts';
export type { Statement } from './postgres-pipeline.ts';

export interface Queryable {
  query<Row = Record<string, unknown>>(
    statement: Statement | string,
    values?: readonly unknown[],
  ): Promise<Row[]>;
}

/**
 * A running transaction. Only `transaction` makes one, so a function that asks for a Tx cannot run outside.
 *
 * Statements run in the order in which they were sent, each after the one before it has ended; those of one turn share
 * a round trip, and fail together. Under READ COMMITTED each still sees what was committed when it began.
 */
export interface Tx extends Queryable {
  readonly tx: true;
  /**
   * Sends a statement whose answer nobody needs. Should it fail, so does the transaction, and nothing of it is kept.
   */
  send(statement: Statement | string, values?: readonly unknown[]): void;
}

export interface Db extends Queryable, AsyncDisposable {
  /**
   * begin, work, commit; a rollback when `work` throws. `begin` goes out with the first statement, and the commit with
   * the last ones that were sent. Nothing is retried here: when the connection is lost after that, the outcome is
   * unknown, and only the caller knows what makes a second run safe.
   */
  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /** When PostgreSQL last answered a statement, by the clock of `performance`; long ago once it is seen to be away. */
  readonly answeredAt: number;
}

/**
 * A named statement is planned without regard to its values, and by an index. Otherwise PostgreSQL plans it anew
 * whenever a plan for these very values looks cheaper, which costs more than to look up a few keys does. Compiling such
 * a plan (jit) takes longer than running it.
 */
const STEADY_PLANS =
  '-c plan_cache_mode=force_generic_plan -c jit=off -c enable_seqscan=off -c random_page_cost=0 -c seq_page_cost=0';

const { begin, commit, rollback, discardPlans } = transactionControl;

/**
 * How long a connection keeps its plans, until its next transaction. A plan made while a table was small reads all of
 * it for each key, and an event fills its tables within minutes.
 */
const PLANS_LAST_MS = 5 * SECOND;

/**
 * So many may wait for each connection. With statements of 50 ms the last of them would wait for a second, after which
 * it would be turned away as well.
 */
const WAITING_PER_CONNECTION = 20;
/**
 * How long closing waits for statements that run: longer than a request's may take. Transactions that others hold up,
 * and statements that may take longer, are cut off by then, and nothing of them is kept.
 */
const CLOSE_WITHIN_MS = 2 * SECOND;

/** A small pool has few connections and callers that come at once all the same. */
const WAITING_AT_LEAST = 200;

/** Too many wait for a connection to the database already. Nothing was sent. */
class TooManyWaiting extends Error {
  override readonly name = 'TooManyWaiting';
  readonly code = 'EAGAIN';
}

/**
 * Opens a pool. Connects lazily, and again by itself when the database was away.
 *
 * Every wait has a deadline on this side: getting a connection, and what is sent in one turn, all its statements
 * together. A connection that missed its deadline or broke is discarded, and so is every other one that has not
 * answered since: after a network fault the whole pool may be dead sockets, and trying them one by one would take a
 * deadline each. Who would wait behind too many others is turned away at once.
 *
 * Disposing waits two seconds at most for what is under way.
 */
export function openDb(config: DatabaseConfig): Db {
  const pool = new pg.Pool({
    ...sessionSettings(config),
    connectionString: config.url,
    max: config.max,
    idleTimeoutMillis: 30_000,
    types: typeParsers,
    ...(config.steadyPlans && { options: STEADY_PLANS }),
    Client: DeadlineClient as unknown as new () => pg.ClientBase,
  });
  // An idle connection that the server closes is discarded by the pool; unheard, the event would end the process.
  pool.on('error', () => {
    lastAnswerAt = Number.NEGATIVE_INFINITY;
  });
  const checkedOut = new Set<DeadlineClient>();
  pool.on('acquire', (client) => checkedOut.add(client as unknown as DeadlineClient));
  pool.on('release', (_error, client) => checkedOut.delete(client as unknown as DeadlineClient));

  const plannedAt = new WeakMap<pg.ClientBase, number>();
  function plansAreOld(client: pg.ClientBase): boolean {
    const now = performance.now();
    if (now - (plannedAt.get(client) ?? -PLANS_LAST_MS) < PLANS_LAST_MS) return false;
    plannedAt.set(client, now);
    return true;
  }

  const watched = watchPool(config.applicationName, () => ({
    idle: pool.idleCount,
    busy: pool.totalCount - pool.idleCount,
    waiting: pool.waitingCount,
  }));

  const answeredAt = new WeakMap<pg.ClientBase, number>();
  let lastAnswerAt = Number.NEGATIVE_INFINITY;
  let suspectBefore = 0;
  pool.on('connect', (client) => answeredAt.set(client, performance.now()));

  let closing: Promise<void> | undefined;
  const mostWaiting = Math.max(WAITING_AT_LEAST, WAITING_PER_CONNECTION * config.max);

  async function checkOut(): Promise<pg.PoolClient> {
    if (pool.waitingCount >= mostWaiting) {
      throw new TooManyWaiting(`${pool.waitingCount} wait for one of ${config.max} connections`);
    }
    for (;;) {
      const client = await waited(config.applicationName, () => pool.connect());
      if ((answeredAt.get(client) ?? 0) >= suspectBefore) return client;
      (client as unknown as DeadlineClient).destroy();
      client.release(true);
    }
  }

  async function run<Row>(
    client: pg.PoolClient,
    statement: Statement | string,
    values?: readonly Parameter[],
  ) {
    requireOwnName(statement);
    const named = typeof statement === 'string' ? { name: '', text: statement } : statement;
    try {
      const answer = await (client as unknown as DeadlineClient).run(named, values);
      lastAnswerAt = performance.now();
      answeredAt.set(client, lastAnswerAt);
      return answer as { rows: Row[]; command: string };
    } catch (error) {
      if (error instanceof DeadlineError) suspectBefore = performance.now();
      if (isBroken(error)) lastAnswerAt = Number.NEGATIVE_INFINITY;
      throw error;
    }
  }

  async function freshPlans(client: pg.PoolClient): Promise<void> {
    try {
      await run(client, discardPlans);
    } catch (error) {
      client.release(isBroken(error));
      throw error;
    }
  }

  return {
    async query<Row>(statement: Statement | string, values?: readonly unknown[]) {
      const client = await checkOut();
      let failure: unknown;
      try {
        return (await run<Row>(client, statement, values?.map(toParameter))).rows;
      } catch (error) {
        failure = error;
        throw error;
      } finally {
        client.release(isBroken(failure));
      }
    },

    async transaction(work) {
      const client = await checkOut();
      let open = true;
      let broken = false;
      // A round trip of its own: with `begin` behind it in one pipeline it would be a part of the transaction.
      if (config.steadyPlans && plansAreOld(client)) await freshPlans(client);
      const send = <Row>(statement: Statement | string, values?: readonly unknown[]) => {
        if (!open) throw new Error('this transaction is over: a query was not awaited, or the Tx was kept');
        // What can't be written as a parameter fails here, before anything of the transaction can commit.
        const answer = run<Row>(client, statement, values?.map(toParameter));
        answer.catch(() => undefined); // whoever waits for it hears of it
        return answer;
      };
      const begun = send(begin);
      const sent: Promise<unknown>[] = [begun];
      const tx: Tx = {
        tx: true,
        // Without the answer to `begin` a statement could be one of its own.
        async query<Row>(statement: Statement | string, values?: readonly unknown[]) {
          const [{ rows }] = await Promise.all([send<Row>(statement, values), begun]);
          return rows;
        },
        send(statement, values) {
          sent.push(send(statement, values));
        },
      };
      try {
        const result = await work(tx);
        const committed = send<never>(commit);
        open = false;
        await Promise.all(sent);
        // A transaction in which a statement failed answers a commit with ROLLBACK, and no error.
        const { command } = await committed;
        if (command !== 'COMMIT')
          throw new Error('rolled back: a failed statement of the transaction was ignored');
        return result;
      } catch (error) {
        open = false;
        await run(client, rollback).catch(() => {
          broken = true;
        });
        throw error;
      } finally {
        client.release(broken);
      }
    },

    get answeredAt() {
      return lastAnswerAt;
    },

    [Symbol.asyncDispose]: () => (closing ??= close()),
  };

  async function close(): Promise<void> {
    watched[Symbol.dispose]();
    await atMost(CLOSE_WITHIN_MS, pool.end());
    for (const client of checkedOut) client.destroy();
  }
}

const texts = new Map<string, string>();

/** PostgreSQL knows a statement by its name, and would run the first text that had it. */
function requireOwnName(statement: Statement | string): void {
  if (typeof statement === 'string') return;
  const { name, text } = statement;
  const known = texts.get(name);
  if (known === undefined) texts.set(name, text);
  else if (known !== text) throw new Error(`two statements have the name ${name}`);
}

/** An error that the server sent has a severity, and leaves the connection usable unless it ended the session. */
function isBroken(error: unknown): boolean {
  if (error === undefined) return false;
  const severity = error instanceof pg.DatabaseError ? error.severity : 'FATAL';
  return severity === 'FATAL' || severity === 'PANIC';
}

/**
 * Refuses a server whose settings let an acknowledged commit disappear in a crash.
 * SIGKILL cannot show this (the page cache survives), so it is checked at start.
 */
export async function requireDurablePostgres(db: Queryable): Promise<void> {
  const [settings] = await db.query<Record<string, string>>(
    `select current_setting('fsync') as fsync,
            current_setting('full_page_writes') as full_page_writes,
            current_setting('synchronous_commit') as synchronous_commit`,
  );
  const off = Object.entries(settings ?? {}).filter(([, value]) => value === 'off');
  if (off.length === 0) return;
  const names = off.map(([name]) => name).join(', ');
  throw new Error(
    `PostgreSQL runs with ${names} off, so a crash could lose acknowledged check-ins. Turn it on.`,
  );
}
