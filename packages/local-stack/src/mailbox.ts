import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';
import { parseMail } from './mail-message.ts';
import { freePort } from './ports.ts';

export interface Mail {
  id: number;
  /** As the header says it, with the name. */
  from: string;
  /** The addresses it was delivered to. */
  to: string[];
  subject: string;
  text: string;
  messageId: string | null;
  receivedAt: string;
  headers: Record<string, string>;
}

export interface Mailbox extends AsyncDisposable {
  smtpUrl: string;
  /** Where `GET /messages` lists what has arrived, newest last; `?to=` keeps those to one address. */
  url: string;
  messages(): readonly Mail[];
}

const KEPT = 10_000;
const LARGEST_MAIL = 1_000_000;

/**
 * The mailbox of development and tests: a real SMTP server on 127.0.0.1 that keeps the last mails in memory.
 * `onMail` may throw; the sender is then told to try again later (451).
 */
export async function startMailbox(
  options: { preferredPort?: number; onMail?: (mail: Mail) => void | Promise<void> } = {},
): Promise<Mailbox> {
  const mails: Mail[] = [];
  let received = 0;
  const smtp = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    logger: false,
    size: LARGEST_MAIL,
    onData: (stream, session, done) => {
      readAll(stream)
        .then(async (raw) => {
          const mail = toMail(raw, session, ++received);
          await options.onMail?.(mail);
          mails.push(mail);
          if (mails.length > KEPT) mails.shift();
          done(null, `kept as ${mail.id}`);
        })
        .catch((error: Error & { responseCode?: number }) => {
          error.responseCode ??= 451;
          done(error);
        });
    },
  });
  smtp.on('error', () => {}); // of one connection; its sender sees it too
  const smtpServer = smtp.listen(0, '127.0.0.1');
  await once(smtpServer, 'listening');

  const http = createServer((request, response) => answer(request, response, mails));
  http.listen(await freePort(options.preferredPort), '127.0.0.1');
  await once(http, 'listening');
  return {
    smtpUrl: `smtp://127.0.0.1:${portOf(smtpServer.address())}`,
    url: `http://127.0.0.1:${portOf(http.address())}`,
    messages: () => mails,
    [Symbol.asyncDispose]: async () => {
      http.closeAllConnections();
      await Promise.all([
        new Promise<void>((resolve) => http.close(() => resolve())),
        new Promise<void>((resolve) => smtp.close(() => resolve())),
      ]);
    },
  };
}

function toMail(raw: Buffer, session: SMTPServerSession, id: number): Mail {
  const to = session.envelope.rcptTo.map(({ address }) => address);
  return { id, to, receivedAt: new Date().toISOString(), ...parseMail(raw) };
}

async function readAll(stream: SMTPServerDataStream): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  if (stream.sizeExceeded) {
    throw Object.assign(new Error(`A mail may have ${LARGEST_MAIL} bytes.`), { responseCode: 552 });
  }
  return Buffer.concat(chunks);
}

function answer(request: IncomingMessage, response: ServerResponse, mails: readonly Mail[]): void {
  const url = new URL(request.url ?? '/', 'http://mailbox');
  if (request.method !== 'GET' || url.pathname !== '/messages') {
    response
      .writeHead(404, { 'content-type': 'application/json' })
      .end('{"error":"There is only GET /messages."}');
    return;
  }
  const to = url.searchParams.get('to')?.toLowerCase();
  const shown =
    to === undefined ? mails : mails.filter((mail) => mail.to.some((a) => a.toLowerCase() === to));
  response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(shown));
}

const portOf = (address: AddressInfo | string | null) => (address as AddressInfo).port;
