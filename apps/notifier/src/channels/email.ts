import { SECOND } from '@turnout/runtime/durations';
import { createTransport } from 'nodemailer';
import type { EmailConfig } from '../config.ts';
import type { Channel } from './channel.ts';
import { toSendResult } from './smtp-failure.ts';

/** SMTP connections at once, kept for the next mails. */
export const SMTP_CONNECTIONS = 8;

/**
 * E-mail through one SMTP server.
 *
 * A mail can be accepted and the answer lost, so the same delivery may go out twice; both carry the same Message-ID,
 * by which servers and mail programs can tell. It follows from the event and the text, not from the delivery's row: a
 * database restored to an earlier moment makes that row anew. The library's own repeats are off: each try is one that the delivery's
 * row knows of. Name and address are handed over as values, never as text to be parsed, and nothing in a message can
 * make the library read a file or fetch a URL.
 */
export function openEmailChannel({ smtpUrl, from, timeoutMs }: EmailConfig): Channel & AsyncDisposable {
  const transport = createTransport({
    pool: true,
    url: smtpUrl,
    maxConnections: SMTP_CONNECTIONS,
    maxRequeues: 0,
    idleTimeout: 10 * SECOND,
    dnsTimeout: timeoutMs,
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const domain = from.address.split('@').at(-1);
  return {
    name: 'email',
    longestSendMs: timeoutMs,
    async send(message, stopping) {
      try {
        await transport.sendMail({
          from,
          to: message.to,
          subject: message.subject,
          text: message.text,
          messageId: `<${message.messageId}.${message.template}@${domain}>`,
          headers: { 'Auto-Submitted': 'auto-generated', 'X-Turnout-Message-Id': message.messageId },
          // A server that trickles its answers passes every other timeout.
          signal: AbortSignal.any([stopping, AbortSignal.timeout(timeoutMs)]),
        });
        return { outcome: 'sent' };
      } catch (error) {
        return toSendResult(error);
      }
    },
    async [Symbol.asyncDispose]() {
      transport.close({ force: true });
    },
  };
}
