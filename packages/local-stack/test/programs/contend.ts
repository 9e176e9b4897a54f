import { appendFileSync } from 'node:fs';
import { takeLock } from '../../src/process-lock.mjs';

// Takes the lock of the first argument, notes in the file of the second that it has it, and gives it back.
const [dir = '', file = '', crash] = process.argv.slice(2);
const lock = await takeLock(dir, { waitMs: 20_000, note: 'contending' });
if (lock.heldBy) throw new Error(`held by ${lock.heldBy.pid}`);
appendFileSync(file, 'in ');
await new Promise((resolve) => setTimeout(resolve, 20));
if (crash) process.kill(process.pid, 'SIGKILL');
appendFileSync(file, 'out ');
lock.release();
