import pg from 'pg';

export interface DatabaseConfig {
  url: string;
  /** Connections at most. A transaction takes one for its whole length. */
  max: number;
  /** Shown in pg_stat_activity. */
  applicationName: string;
  /** Client-side deadline of one statement. Default 1500 ms, so that an answer can still be given within 2 s. */
  queryTimeoutMs?: number;
  /** Deadline for getting a connection, new or from the pool. Default 1000 ms. */
  connectTimeoutMs?: number;
  /** How long a statement waits for a lock. Default 1200 ms. */
  lockTimeoutMs?: number;
  /** How long a transaction may wait for us between two statements before the server ends it. Default 10 s. */
  idleInTransactionMs?: number;
  /** For statements that look rows up by their keys, and few others: plans by an index, whatever the values are. */
  steadyPlans?: boolean;
}

/** Connection settings of a configuration, as pg names them: shared by the pool and by Sequelize. */
export function sessionSettings(config: DatabaseConfig) {
  const queryTimeoutMs = config.queryTimeoutMs ?? 1500;
  return {
    application_name: config.applicationName,
    query_timeout: queryTimeoutMs,
    // A little earlier than the client, so that a merely slow statement is cancelled and its connection survives.
    statement_timeout: Math.max(1, queryTimeoutMs - Math.min(200, Math.ceil(queryTimeoutMs / 10))),
    // Longer than `deadlock_timeout`, by default a second, after which PostgreSQL looks for one, so that one is broken
    // and tried again.
    lock_timeout: config.lockTimeoutMs ?? 1200,
    // Frees the row locks of a process that stopped in the middle of a transaction.
    idle_in_transaction_session_timeout: config.idleInTransactionMs ?? 10_000,
    connectionTimeoutMillis: config.connectTimeoutMs ?? 1000,
    keepAlive: true,
  };
}

const INT8 = 20;
const DATE = 1082;
const INT8_ARRAY = 1016;
const DATE_ARRAY = 1182;

/** How column values become JavaScript values: int8 a safe number, date a 'YYYY-MM-DD' string, timestamptz a Date. */
export const typeParsers: pg.CustomTypesConfig = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    if (format === 'binary') return pg.types.getTypeParser(oid, format);
    if (oid === INT8) return toSafeNumber;
    if (oid === INT8_ARRAY)
      return (text: string) => parseArray(text).map((item) => item && toSafeNumber(item));
    // A date has no time zone: as a Date it would be yesterday for half the world.
    if (oid === DATE) return (text: string) => text;
    if (oid === DATE_ARRAY) return parseArray;
    return pg.types.getTypeParser(oid, 'text');
  },
};

const TEXT_ARRAY: number = 1009;
const parseArray = pg.types.getTypeParser(TEXT_ARRAY, 'text') as (text: string) => (string | null)[];

function toSafeNumber(text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number))
    throw new RangeError(`the bigint ${text} does not fit a JavaScript number`);
  return number;
}
