import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitUntil } from '@turnout/test-kit/wait-until';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { UnitSpec } from '../src/guard-messages.ts';
import { type Guard, openGuard } from '../src/open-guard.ts';
import { PAUSES_MS, supervise } from '../src/supervise.ts';

let dir: string;
let guard: Guard;
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'supervise-'));
  guard = await openGuard({ dir, logDir: dir });
});
afterEach(async () => {
  await guard[Symbol.asyncDispose]();
  rmSync(dir, { recursive: true });
});

/** A program that counts its starts in a file and then does what the script says. */
const program = (script: string): UnitSpec => ({
  name: 'the program',
  command: '/bin/sh',
  args: ['-c', `echo start >> ${dir}/starts; ${script}`],
  cwd: dir,
  env: { PATH: process.env.PATH ?? '' },
  logFile: join(dir, 'program.log'),
  stopSignal: 'SIGTERM',
  graceMs: 1_000,
  stage: 1,
});

const starts = () =>
  existsSync(`${dir}/starts`) ? readFileSync(`${dir}/starts`, 'utf8').split('\n').length - 1 : 0;

describe('a supervised program', () => {
  it('is started again after a crash, and the new pid is told', async () => {
    const said: string[] = [];
    const pids: number[] = [];
    const supervised = await supervise({
      guard,
      prepare: async () => program('exec sleep 1000'),
      isReady: async () => starts() > 0,
      readyWithinMs: 5_000,
      attempts: 1,
      say: (line) => said.push(line),
      onPid: (pid) => pids.push(pid),
    });
    process.kill(supervised.pid, 'SIGKILL');
    await waitUntil(() => pids.length === 2 && supervised.pid === pids[1]);
    await waitUntil(() => said.includes('the program is back'));
    expect(said[0]).toBe('the program ended (SIGKILL); starting it again');
  });

  it('leaves its clients most of two seconds after a crash, and spares the machine after the next ones', () => {
    const [first, ...next] = PAUSES_MS;
    expect(first).toBeLessThanOrEqual(200);
    expect(Math.min(...next)).toBeGreaterThanOrEqual(1_000);
    expect(next).toEqual([...next].sort((one, other) => one - other));
  });

  it('is given up when it ends five times while starting, with its last words', async () => {
    const start = supervise({
      guard,
      prepare: async () => program('echo "no port is free"; exit 3'),
      isReady: async () => false,
      readyWithinMs: 20_000,
      attempts: 5,
      say: () => {},
    });
    await expect(start).rejects.toThrow(
      /^the program ended while starting \(exit code 3\) \(tried 5 times\)(.|\n)*no port is free/,
    );
    expect(starts()).toBe(5);
  });

  it('is given up when it is never ready, saying what is missing', async () => {
    const start = supervise({
      guard,
      prepare: async () => program('exec sleep 1000'),
      isReady: async () => {
        throw new Error('it answers 503');
      },
      readyWithinMs: 300,
      attempts: 5,
      say: () => {},
    });
    await expect(start).rejects.toThrow('the program was not ready within 0.3 seconds: it answers 503');
    expect(starts()).toBe(1);
  });

  it('stays down when it is stopped on purpose', async () => {
    const said: string[] = [];
    await supervise({
      guard,
      prepare: async () => program('exec sleep 1000'),
      isReady: async () => starts() > 0,
      readyWithinMs: 5_000,
      attempts: 1,
      say: (line) => said.push(line),
    });
    await guard[Symbol.asyncDispose]();
    expect(said).toEqual([]);
    expect(starts()).toBe(1);
  });
});
