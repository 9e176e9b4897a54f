import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@turnout/local-stack/ports';
import { findRedis } from '@turnout/local-stack/programs';
import { answersPing } from '@turnout/local-stack/servers/redis';
import { waitUntil } from '@turnout/test-kit/wait-until';

/** A Redis of its own that can die and come back, with nothing of what it knew, on the same port. */
export interface RedisNode extends AsyncDisposable {
  url: string;
  die(): Promise<void>;
  start(): Promise<void>;
}

/** Null where no Redis program is installed. */
export const redisProgram = findRedis();

export async function startRedisNode(): Promise<RedisNode> {
  if (redisProgram === null) throw new Error('redis-server is not installed');
  const { path } = redisProgram;
  const dir = mkdtempSync(join(tmpdir(), 'turnout-redis-'));
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}`;
  const options = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', dir];
  let child: ChildProcess;
  const node: RedisNode = {
    url,
    async start() {
      child = spawn(path, options, { stdio: 'ignore' });
      await waitUntil(() => answersPing(url));
    },
    async die() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
    async [Symbol.asyncDispose]() {
      await node.die();
      rmSync(dir, { recursive: true, force: true });
    },
  };
  await node.start();
  return node;
}
