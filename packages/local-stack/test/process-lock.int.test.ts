import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { identify, takeLock, whoHolds } from '../src/process-lock.mjs';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'lock-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const locks = () => join(dir, 'locks');
const notes = () => join(dir, 'notes');

async function contend(...more: string[]): Promise<void> {
  const program = fileURLToPath(new URL('./programs/contend.ts', import.meta.url));
  await once(spawn(process.execPath, [program, locks(), notes(), ...more], { stdio: 'inherit' }), 'exit');
}

describe('the lock of a command', () => {
  it('lets one of many in at a time, and each in its turn', async () => {
    await Promise.all(Array.from({ length: 6 }, () => contend()));
    expect(readFileSync(notes(), 'utf8')).toBe(`in ${'.'.repeat(50)}out `.repeat(6));
  });

  it('is free again when its holder has crashed', async () => {
    await contend('crash');
    expect(readdirSync(locks())).toHaveLength(1);
    const lock = await takeLock(locks());
    expect(lock.heldBy).toBeUndefined();
    lock.release?.();
    expect(readdirSync(locks())).toEqual([]);
  });

  it('is not taken by a process that merely has the pid of a holder that is gone', async () => {
    mkdirSync(locks());
    writeFileSync(join(locks(), `${process.ppid}-12345_other`), '');
    expect(whoHolds(locks())).toBeNull();
  });

  it('names its holder to those who do not wait', async () => {
    const holder = identify(process.ppid);
    mkdirSync(locks());
    writeFileSync(join(locks(), String(holder)), 'the parent');
    expect((await takeLock(locks())).heldBy).toEqual({ pid: process.ppid, note: 'the parent' });
    expect(readdirSync(locks())).toEqual([holder]);
  });
});
