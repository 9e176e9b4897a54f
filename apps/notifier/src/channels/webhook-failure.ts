import { isTlsError } from '@turnout/runtime/tls-error';

/** Why there was no answer, by the code of the error. */
const REASONS: Readonly<Record<string, string>> = {
  ENOTPUBLIC: 'the endpoint is not at a public address',
  ENOTFOUND: 'the name of the endpoint could not be resolved',
  ENODATA: 'the name of the endpoint could not be resolved',
  ESERVFAIL: 'the name of the endpoint could not be resolved',
  EAI_AGAIN: 'the name of the endpoint could not be resolved',
  ETIMEOUT: 'the name of the endpoint could not be resolved in time',
  ETIMEDOUT: 'the endpoint did not answer in time',
  ECONNRESET: 'the connection to the endpoint was lost',
  EPIPE: 'the connection to the endpoint was lost',
  ABORT_ERR: 'the notifier stopped before the endpoint had answered',
};

/** In our words, and without what the endpoint, its certificate or a library said. */
export function reasonOf(error: unknown): string {
  const { code } = (error ?? {}) as { code?: unknown };
  if (typeof code !== 'string') return 'the endpoint could not be reached';
  if (code.startsWith('HPE_')) return 'the endpoint did not answer with HTTP';
  if (isTlsError(code)) return 'no secure connection to the endpoint could be established';
  return REASONS[code] ?? 'the endpoint could not be reached';
}
