import { SECOND } from '@turnout/runtime/durations';
import { createTransport } from 'nodemailer';
import type { EmailConfig } from '../config.ts';
import { retryPolicies } from '../sending/retry-policy.ts';
import type { Channel, Mail, Mailer, SendResult } from './channel.ts';
import { toSendResult } from './smtp-failure.ts';

const CUT_OFF: SendResult = {
  outcome: 'unavailable',
  error: 'the notifier was stopped before the mail server had answered; it may have taken the mail',
};

/**
 * E-mail through one SMTP server.
 *
 * A mail can be accepted and the answer lost, so the same delivery may go out twice; both carry the same Message-ID,
 * by which servers and mail programs can tell. It follows from the event and the text, not from the delivery's row: a
 * database restored to an earlier moment makes that row anew. The library's own repeats are off: each try is one that
 * the delivery's row knows of. Name and address are handed over as values, never as text to be parsed, and nothing in a
 * message can make the library read a file or fetch a URL. A password is sent over TLS only.
 */
export function openEmailChannel({
  smtpUrl,
  from,
  timeoutMs,
}: EmailConfig): Channel & Mailer & AsyncDisposable {
  const transport = createTransport({
    pool: true,
    // The URL's own options come last, so that `?requireTLS=false` is a decision of whoever wrote it.
    requireTLS: new URL(smtpUrl).password !== '',
    url: smtpUrl,
    maxConnections: retryPolicies.email.concurrency,
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
  async function sendMail(
    { id, about, to, subject, text }: Mail,
    stopping: AbortSignal,
  ): Promise<SendResult> {
    try {
      await transport.sendMail({
        from,
        to,
        subject,
        text,
        messageId: `<${id}@${domain}>`,
        headers: { 'Auto-Submitted': 'auto-generated', 'X-Turnout-Message-Id': about },
        // A server that trickles its answers passes every other timeout.
        signal: AbortSignal.any([stopping, AbortSignal.timeout(timeoutMs)]),
      });
      return { outcome: 'sent' };
    } catch (error) {
      const result = toSendResult(error);
      // Cut off by ourselves: it says nothing about the server.
      return stopping.aborted && result.outcome === 'unavailable' ? CUT_OFF : result;
    }
  }
  return {
    name: 'email',
    longestSendMs: timeoutMs,
    sendMail,
    answers: async () => await transport.verify(),
    async send({ messageId, template, to, subject, text }, stopping) {
      return await sendMail(
        { id: `${messageId}.${template}`, about: messageId, to, subject, text },
        stopping,
      );
    },
    async [Symbol.asyncDispose]() {
      transport.close({ force: true });
    },
  };
}
