import { execFile } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { programEnvironment } from '@turnout/test-kit/program-environment';
import { testCertificate, trustingItsCa } from '@turnout/test-kit/test-certificate';
import { SMTPServer, type SMTPServerAuthentication, type SMTPServerOptions } from 'smtp-server';
import { describe, expect, it } from 'vitest';
import type { SendResult } from '../src/channels/channel.ts';

const program = fileURLToPath(new URL('programs/send-mail.ts', import.meta.url));
const PASSWORD = 'opensesame';
const sent = { outcome: 'sent' };
const insecure = (code: string) => ({
  outcome: 'unavailable',
  error: `no secure connection to the mail server could be established (${code})`,
});
const otherName = insecure('ERR_TLS_CERT_ALTNAME_INVALID');
const unknownCa = insecure('UNABLE_TO_VERIFY_LEAF_SIGNATURE');

describe.concurrent('a mail server that wants a password', () => {
  it('gets it by TLS from the first byte, if its certificate is trusted and the name is its own', async () => {
    await using server = await startServer({ secure: true });
    const { port } = server;
    const of = (host: string) => `smtps://turnout:${PASSWORD}@${host}:${port}`;
    expect(await sendBy([of('localhost'), of('127.0.0.1')], trustingItsCa)).toEqual([sent, otherName]);
    expect(await sendBy([of('localhost')], {})).toEqual([unknownCa]);
    expect(server.heard).toEqual([{ password: PASSWORD, secure: true }]);
  });

  it('gets it after STARTTLS, under the same conditions', async () => {
    await using server = await startServer({});
    const of = (host: string) => `smtp://turnout:${PASSWORD}@${host}:${server.port}`;
    expect(await sendBy([of('localhost'), of('127.0.0.1')], trustingItsCa)).toEqual([sent, otherName]);
    expect(await sendBy([of('localhost')], {})).toEqual([unknownCa]);
    expect(server.heard).toEqual([{ password: PASSWORD, secure: true }]);
  });

  it('never gets it in the clear, unless the URL says so', async () => {
    await using server = await startServer({ hideSTARTTLS: true, disabledCommands: ['STARTTLS'] });
    const url = `smtp://turnout:${PASSWORD}@localhost:${server.port}`;
    expect(await sendBy([url], {})).toEqual([insecure('500')]);
    expect(server.heard).toEqual([]);
    expect(await sendBy([`${url}?requireTLS=false`], {})).toEqual([sent]);
    expect(server.heard).toEqual([{ password: PASSWORD, secure: false }]);
  });
});

async function sendBy(urls: string[], env: NodeJS.ProcessEnv): Promise<SendResult[]> {
  const { stdout } = await promisify(execFile)(process.execPath, [program, ...urls], {
    env: { ...programEnvironment(), ...env },
  });
  return JSON.parse(stdout);
}

async function startServer(options: SMTPServerOptions) {
  const heard: { password: SMTPServerAuthentication['password']; secure: boolean }[] = [];
  const smtp = new SMTPServer({
    ...testCertificate,
    ...options,
    allowInsecureAuth: true,
    disableReverseLookup: true,
    logger: false,
    onAuth({ password }, { secure }, done) {
      heard.push({ password, secure });
      done(null, { user: 'turnout' });
    },
    onData(stream, _session, done) {
      stream.resume().on('end', () => done());
    },
  });
  smtp.on('error', () => undefined); // of one connection; its sender sees it too
  const server = smtp.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    heard,
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => smtp.close(() => resolve())),
  };
}
