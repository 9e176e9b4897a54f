import { isTlsError } from './tls-error.ts';

/** What the driver, the pool and the kernel say when the database cannot be used at the moment. */
const UNAVAILABLE_CODES = new Set([
  'EAGAIN', // too many wait for a connection
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENOENT', // a socket directory without a server
  '25P03', // idle_in_transaction_session_timeout
  '40001', // serialization_failure
  '40P01', // deadlock_detected
  '55P03', // lock_not_available
  '57014', // query_canceled, by statement_timeout
  '57P01', // admin_shutdown
  '57P02', // crash_shutdown
  '57P03', // cannot_connect_now
  '57P04', // database_dropped
  '57P05', // idle_session_timeout
]);

/**
 * Classes of SQLSTATE: connection exceptions, insufficient resources (disk full, too many connections), system errors.
 */
const UNAVAILABLE_CLASSES = new Set(['08', '53', '58']);

/** Errors without a code, by their text. pg and pg-pool raise these. */
const UNAVAILABLE_MESSAGES =
  /^(Connection terminated|timeout exceeded when trying to connect|timeout expired|Client has encountered a connection error|Client was closed|Cannot use a pool after calling end|The server does not support SSL connections|There was an error establishing an SSL connection)/;

/** The names Sequelize gives to the same. */
const UNAVAILABLE_NAMES =
  /^Sequelize(Connection|ConnectionRefused|ConnectionAcquireTimeout|ConnectionTimedOut|HostNotFound|HostNotReachable|Timeout)Error$/;

/**
 * True when the database could not be asked, or refused for want of a resource: try again later (HTTP 503).
 * The statement may have taken effect all the same: the answer to a commit can be lost.
 */
export function isUnavailable(error: unknown): boolean {
  return causes(error).some(({ code, name, message }) => {
    if (typeof code === 'string') {
      if (UNAVAILABLE_CODES.has(code) || isTlsError(code)) return true;
      if (code.length === 5 && UNAVAILABLE_CLASSES.has(code.slice(0, 2))) return true;
    }
    return UNAVAILABLE_NAMES.test(name ?? '') || UNAVAILABLE_MESSAGES.test(message ?? '');
  });
}

/** The SQLSTATE with which the server refused; null where the error is of another kind. */
export function sqlStateOf(error: unknown): string | null {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : null;
}

/** True for a violated unique constraint or unique index; of that name, if one is given. */
export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  return causes(error).some((cause) => {
    return cause.code === '23505' && (constraint === undefined || cause.constraint === constraint);
  });
}

/** True when the server rolled the transaction back to let another one through: running it again is right. */
export function isRetryable(error: unknown): boolean {
  return causes(error).some(({ code }) => code === '40P01' || code === '40001');
}

interface Cause {
  code?: unknown;
  name?: string;
  message?: string;
  constraint?: string;
  cause?: unknown;
  parent?: unknown;
  errors?: unknown;
}

/**
 * The error and what it wraps: `cause`, Sequelize's `parent`, and the members of an AggregateError (two addresses of
 * one host).
 */
function causes(error: unknown, depth = 0): Cause[] {
  if (typeof error !== 'object' || error === null || depth > 5) return [];
  const { cause, parent, errors } = error as Cause;
  const members = Array.isArray(errors) ? errors : [];
  return [error, ...[cause, parent, ...members].flatMap((inner) => causes(inner, depth + 1))];
}
