import { isTlsError } from '@turnout/runtime/tls-error';
import type { SendResult } from './channel.ts';

/** Failures of the library that are answers to this message: its envelope, its content. */
const ABOUT_THE_MESSAGE = new Set(['EENVELOPE', 'EMESSAGE']);

const UNTRUSTED = 'no secure connection to the mail server could be established';

/** Failures in getting to the server, or of the server as a whole. */
const ABOUT_THE_SERVER: Readonly<Record<string, string>> = {
  EDNS: 'the name of the mail server could not be resolved',
  ECONNECTION: 'the connection to the mail server was lost',
  ESOCKET: 'the mail server could not be reached',
  EPROXY: 'the mail server could not be reached',
  ETIMEDOUT: 'the mail server did not answer in time',
  EABORT: 'the mail server did not answer in time',
  ETLS: UNTRUSTED,
  EREQUIRETLS: UNTRUSTED,
  EPROTOCOL: 'the mail server is temporarily unavailable',
  EAUTH: 'the mail server did not accept our credentials',
  ENOAUTH: 'the mail server asks for credentials',
  EOAUTH2: 'the mail server did not accept our credentials',
};

/** "421 4.7.0" of an answer: numbers, and nothing that the server quotes, which is often the address. */
const STATUS = /^(\d{3})(?:[ -](\d\.\d{1,3}\.\d{1,3})\b)?/;

/** What a failed attempt means. 421 is a server saying goodbye, whatever it was asked. */
export function toSendResult(error: unknown): SendResult {
  const { code = '', originalCode = '', responseCode, response = '' } = (error ?? {}) as Partial<SmtpError>;
  const [, digits, enhanced] = STATUS.exec(response) ?? [];
  const status = [digits ?? responseCode, enhanced].filter(Boolean).join(' ');
  const detail = isTlsError(originalCode) ? originalCode : status;
  const answered = detail === '' ? '' : ` (${detail})`;

  if (ABOUT_THE_MESSAGE.has(code) && responseCode !== 421) {
    return { outcome: 'refused', error: `the mail server refused the message${answered}` };
  }
  const reason = isTlsError(originalCode) ? UNTRUSTED : ABOUT_THE_SERVER[code];
  if (reason !== undefined || responseCode === 421) {
    return {
      outcome: 'unavailable',
      error: `${reason ?? 'the mail server is temporarily unavailable'}${answered}`,
    };
  }
  const name = error instanceof Error ? error.name : typeof error;
  return {
    outcome: 'refused',
    error: `the message could not be handed to the mail server (${code || name})`,
  };
}

interface SmtpError {
  code: string;
  /** Of the socket, where `code` is the library's. */
  originalCode: string;
  responseCode: number;
  response: string;
}
