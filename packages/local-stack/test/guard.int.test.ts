import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { waitUntil } from '@turnout/test-kit/wait-until';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { guardsOf, processesOf } from '../src/leftovers.ts';
import { openGuard } from '../src/open-guard.ts';

let dir: string;
let file: string;
const commands: ChildProcess[] = [];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'guard-'));
  file = join(dir, 'of-this-run');
  writeFileSync(file, '');
});
afterEach(async () => {
  for (const command of commands.splice(0)) command.kill('SIGKILL');
  await waitUntil(nothingRuns);
  rmSync(dir, { recursive: true });
});

const stackDir = () => join(dir, 'stack');

/** A command that has started programs under a guard. */
async function startCommand(): Promise<ChildProcess> {
  mkdirSync(stackDir(), { recursive: true });
  const program = fileURLToPath(new URL('./programs/hold-guard.ts', import.meta.url));
  const command = spawn(process.execPath, [program, stackDir(), file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  commands.push(command);
  await once(command.stdout as NodeJS.ReadableStream, 'data');
  return command;
}

const nothingRuns = () => processesOf({ stackDir: stackDir() }).length === 0;

describe('the guard of a stack', () => {
  it.each(['SIGKILL', 'SIGTERM', 'SIGINT'] as const)(
    'ends every program and its children when its command ends by %s',
    async (signal) => {
      const command = await startCommand();
      await waitUntil(() => processesOf({ stackDir: stackDir() }).length >= 4);
      command.kill(signal);
      await waitUntil(nothingRuns);
      await waitUntil(() => !existsSync(file));
    },
  );

  it('is not needed at the next start: what a killed guard left is ended then', async () => {
    const command = await startCommand();
    const before = processesOf({ stackDir: stackDir() });
    for (const guard of guardsOf({ stackDir: stackDir() })) process.kill(guard, 'SIGKILL');
    command.kill('SIGKILL');
    await once(command, 'exit');
    expect(processesOf({ stackDir: stackDir() })).not.toEqual([]);

    await using guard = await openGuard({ dir: stackDir(), logDir: stackDir() });
    const alive = processesOf({ stackDir: stackDir() });
    expect(alive.filter((pid) => before.includes(pid))).toEqual([]);
    expect(guard.closed).toBe(false);
  });

  it('starts nothing more once it is being closed', async () => {
    mkdirSync(stackDir());
    const guard = await openGuard({ dir: stackDir(), logDir: stackDir() });
    const closing = guard[Symbol.asyncDispose]();
    await expect(guard.start(sleeper())).rejects.toThrow('the stack is being stopped');
    await closing;
    expect(nothingRuns()).toBe(true);
  });

  it('says which program cannot be started', async () => {
    mkdirSync(stackDir());
    await using guard = await openGuard({ dir: stackDir(), logDir: stackDir() });
    await expect(guard.start({ ...sleeper(), command: '/no/such/program' })).rejects.toThrow('ENOENT');
  });

  it('ends everything at once when a graceful end takes too long', async () => {
    mkdirSync(stackDir());
    const guard = await openGuard({ dir: stackDir(), logDir: stackDir() });
    await guard.start({
      ...sleeper(),
      args: ['-c', "trap '' TERM; while :; do sleep 1; done"],
      graceMs: 60_000,
    });
    const closing = guard[Symbol.asyncDispose]();
    guard.endAtOnce();
    await closing;
    expect(nothingRuns()).toBe(true);
  });
});

const sleeper = () => ({
  name: 'sleeper',
  command: '/bin/sh',
  args: ['-c', 'sleep 1000'],
  cwd: '/',
  env: { PATH: process.env.PATH ?? '' },
  logFile: join(dir, 'sleeper.log'),
  stopSignal: 'SIGTERM' as const,
  graceMs: 500,
  stage: 1,
});
