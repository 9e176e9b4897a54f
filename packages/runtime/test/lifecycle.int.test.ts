import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { startProgram } from './support/program.ts';

const messages = (lines: Record<string, unknown>[]) => lines.map(({ msg }) => msg);

/** Takes every connection and answers nothing. */
async function startDeafServer(): Promise<AsyncDisposable & { url: string }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => sockets.add(socket.on('error', () => {})));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

describe('a process', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    'told to stop by %s closes what it opened, last first, and exits 0',
    async (signal) => {
      await using program = startProgram('short-life');
      await program.said('ready');
      program.process.kill(signal);
      expect(await program.exit).toBe(0);
      expect(messages(program.lines)).toEqual([
        'ready',
        'stopping',
        'server closed',
        'database closed',
        'stopped',
      ]);
    },
  );

  it('told to stop while it is still loaded starts, stops in order and exits 0', async () => {
    await using program = startProgram('slow-to-load', { preload: ['@turnout/runtime/telemetry-register'] });
    await program.said('loading');
    program.process.kill('SIGTERM');
    program.process.kill('SIGUSR2');
    expect(await program.exit).toBe(0);
    expect(messages(program.lines)).toEqual(['loading', 'ready', 'stopping', 'closed', 'stopped']);
  });

  it('that has stopped in time exits 0, though its last spans find no collector', async () => {
    await using collector = await startDeafServer();
    await using program = startProgram('slow-to-load', {
      preload: ['@turnout/runtime/telemetry-register'],
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, TEST_GRACE_MS: '1000' },
    });
    await program.said('loading');
    program.process.kill('SIGUSR2');
    await program.said('ready');
    program.process.kill('SIGTERM');
    expect(await program.exit).toBe(0);
    expect(messages(program.lines)).not.toContain('did not stop in time; exiting');
  });

  it('told twice stops once', async () => {
    await using program = startProgram('short-life');
    await program.said('ready');
    program.process.kill('SIGINT');
    program.process.kill('SIGTERM');
    expect(await program.exit).toBe(0);
    expect(messages(program.lines).filter((message) => message === 'server closed')).toHaveLength(1);
  });

  it('that does not stop in time is ended', async () => {
    await using program = startProgram('short-life', { args: ['hangs'] });
    await program.said('ready');
    program.process.kill('SIGTERM');
    expect(await program.exit).toBe(1);
    expect(program.lines.at(-1)).toMatchObject({ level: 'fatal', msg: 'did not stop in time; exiting' });
  });

  it.each([
    ['no-config', 'The environment is not valid:\n  DATABASE_URL is not set'],
    [
      'no-database',
      "PostgreSQL can't be used: connect ECONNREFUSED 127.0.0.1:1. Is it running, and is DATABASE_URL right?",
    ],
  ])('that cannot start says which part, why and what to do: %s', async (behaviour, message) => {
    await using program = startProgram('short-life', { args: [behaviour] });
    expect(await program.exit).toBe(1);
    expect(program.lines).toEqual([expect.objectContaining({ level: 'fatal', msg: message })]);
    expect(program.lines[0]).not.toHaveProperty('err');
  });

  it('that has a bug in its start shows where', async () => {
    await using program = startProgram('short-life', { args: ['bug-in-start'] });
    expect(await program.exit).toBe(1);
    expect(program.lines[0]).toMatchObject({ err: { stack: expect.stringContaining('short-life.ts') } });
  });

  it('with an error that nobody caught exits at once', async () => {
    await using program = startProgram('short-life', { args: ['crashes'] });
    expect(await program.exit).toBe(1);
    expect(program.lines.at(-1)).toMatchObject({ level: 'fatal', err: { message: 'nobody waits for this' } });
  });
});
