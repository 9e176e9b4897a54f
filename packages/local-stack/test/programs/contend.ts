import { appendFileSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { takeLock } from '../../src/process-lock.mjs';

// Takes the lock of the first argument, notes in the file of the second that it has it, and gives it back.
const [dir = '', file = '', crash] = process.argv.slice(2);
const lock = await takeLock(dir, { waitMs: 20_000, note: 'contending' });
if (lock.heldBy) throw new Error(`held by ${lock.heldBy.pid}`);
appendFileSync(file, 'in ');
// Another one at work at the same time would write between these.
for (let turn = 0; turn < 50; turn += 1) {
  await nextTurn();
  appendFileSync(file, '.');
}
if (crash) process.kill(process.pid, 'SIGKILL');
appendFileSync(file, 'out ');
lock.release();
