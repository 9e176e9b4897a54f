import { execFile } from 'node:child_process';
import { createSecureContext } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { programEnvironment } from '@turnout/test-kit/program-environment';
import { requiredVariable } from '@turnout/test-kit/required-variable';
import { testCertificate, trustingItsCa } from '@turnout/test-kit/test-certificate';
import { startTlsFront } from '@turnout/test-kit/tls-front';
import { describe, expect, it } from 'vitest';

const run = promisify(execFile);
const program = fileURLToPath(new URL('programs/tls-clients.ts', import.meta.url));

describe('servers behind TLS', () => {
  it('are reached when their CA is trusted and the name is theirs, and are away otherwise', async () => {
    const certificate = createSecureContext(testCertificate);
    const urls = ['TEST_DATABASE_URL', 'TEST_REDIS_URL', 'TEST_AMQP_URL'].map(
      (name) => new URL(requiredVariable(name)),
    );
    const [databaseUrl, redisUrl, amqpUrl] = urls as [URL, URL, URL];
    await using database = await startTlsFront(databaseUrl, certificate, { asked: true });
    await using redis = await startTlsFront(redisUrl, certificate, { asked: false });
    await using amqp = await startTlsFront(amqpUrl, certificate, { asked: false });
    const reach = async (host: string, env: NodeJS.ProcessEnv) => {
      const to = (url: URL, scheme: string, { port }: { port: number }) =>
        url.href.replace(/^\w+:/, scheme).replace(url.host, `${host}:${port}`);
      const nobody = to(amqpUrl, 'amqps:', { port: 1 });
      const args = [
        `${to(databaseUrl, 'postgres:', database)}?sslmode=verify-full`,
        to(redisUrl, 'rediss:', redis),
        `${nobody},${to(amqpUrl, 'amqps:', amqp)}`,
      ];
      const { stdout } = await run(process.execPath, [program, ...args], {
        env: { ...programEnvironment(), ...env },
      });
      return JSON.parse(stdout) as Record<string, string>;
    };
    const [trusted, unknownCa, otherName] = await Promise.all([
      reach('localhost', trustingItsCa),
      reach('localhost', {}),
      reach('127.0.0.1', trustingItsCa),
    ]);
    const each = (outcome: unknown) => ({
      postgres: outcome,
      sequelize: outcome,
      redlock: outcome,
      amqp: outcome,
    });
    expect(trusted).toEqual(each('reached'));
    expect(unknownCa).toEqual(each(expect.stringMatching(/^(UNABLE_TO_VERIFY|SELF_SIGNED)/)));
    expect(otherName).toEqual(each('ERR_TLS_CERT_ALTNAME_INVALID'));
  });
});
