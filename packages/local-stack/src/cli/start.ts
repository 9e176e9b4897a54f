import { rmSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { playDemo } from '@turnout/demo/play-demo';
import { type Guard, openGuard } from '../open-guard.ts';
import { LOCAL, STACK_FILE, START_LOCK } from '../places.ts';
import { takeLock } from '../process-lock.mjs';
import { runningStack } from '../running-stack.ts';
import { narrator, secondsSinceStart } from '../say.ts';
import { SourceError } from '../sources.ts';
import type { Stack } from '../stack.ts';
import { startStack } from '../start-stack.ts';
import { writeWhole } from '../write-whole.ts';

// npm start: everything up, one event played through it, then serve until told to stop. The order at the end is: the
// guard stops what was started, the lock goes, the process exits. Whatever this process is doing at that moment is
// cut off: nothing of it lives outside the guard and PostgreSQL's transactions.
const say = narrator(process.stdout);
const logDir = join(LOCAL, 'logs');
let guard: Guard | undefined;
let ready = false;
let stoppingSince = 0;

const lock = await takeLock(START_LOCK, { waitMs: 1_000, note: 'npm start' });
if (lock.heldBy) {
  console.error(alreadyRunning(lock.heldBy.pid));
  process.exit(1);
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => interrupted(signal));
process.once('disconnect', () => interrupted('SIGHUP'));

try {
  await start();
} catch (error) {
  if (stoppingSince === 0) {
    console.error(`\nnpm start failed: ${error instanceof Error ? error.message : String(error)}`);
    if (!(error instanceof SourceError)) {
      console.error(`\nThe logs are in ${logDir}. Fix what they report, then run "npm start" again.`);
      console.error(`To start with empty servers, remove ${join(LOCAL, 'start')} first.`);
    }
    await end(1);
  }
}

async function start(): Promise<void> {
  rmSync(logDir, { recursive: true, force: true });
  guard = await openGuard({ dir: join(LOCAL, 'start'), logDir });
  guard.removeAtEnd(STACK_FILE);
  void guard.ended.then(() => guardLost());
  let published: Stack | undefined;
  const publish = () => {
    if (published) writeWhole(STACK_FILE, JSON.stringify(published, null, 2), 0o600);
  };
  const stack = await startStack({
    guard,
    say,
    logDir,
    dataDir: join(LOCAL, 'start'),
    environment: { LOG_FORMAT: 'pretty', ...process.env },
    defaultPorts: true,
    onPid: publish,
  });
  published = { ...stack, demo: await play(stack) };
  publish();
  ready = true;
  announce(stack);
}

/** Plays one event through the stack. */
async function play(stack: Stack): Promise<{ eventId: string }> {
  const { eventId, ok } = await playDemo({ stack, say });
  if (!ok) throw new Error('the demo event did not go as expected: see the differences above');
  return { eventId };
}

function announce({ services, infrastructure }: Stack): void {
  const places = {
    ...Object.fromEntries(Object.entries(services).map(([name, { url }]) => [name, url])),
    ...(infrastructure.mailboxUrl && { mailbox: `${infrastructure.mailboxUrl}/messages` }),
    logs: logDir,
    'tokens and more': STACK_FILE,
  };
  console.log();
  for (const [name, place] of Object.entries(places)) console.log(`  ${name.padEnd(16)} ${place}`);
  console.log(
    `\nTurnout is ready after ${secondsSinceStart().toFixed(1)} seconds. It runs until you press Ctrl-C.`,
  );
}

function interrupted(signal: NodeJS.Signals): void {
  if (stoppingSince === 0) {
    stoppingSince = Date.now();
    say(`stopping, which takes a few seconds (${signal}); press Ctrl-C again to stop at once`);
    void end(ready ? 0 : 128 + constants.signals[signal]);
  } else if (Date.now() - stoppingSince > 1_000) {
    guard?.endAtOnce(); // not within a second: one Ctrl-C arrives twice, from the terminal and from npm
  }
}

async function guardLost(): Promise<void> {
  if (stoppingSince !== 0) return;
  console.error(
    '\nnpm start failed: its guard process was killed, and everything it had started ended with it.',
  );
  await end(1);
}

async function end(code: number): Promise<never> {
  stoppingSince ||= Date.now();
  await guard?.[Symbol.asyncDispose]();
  rmSync(STACK_FILE, { force: true }); // a guard that was killed could not
  lock.release?.();
  if (code === 0) say('stopped');
  process.exit(code);
}

function alreadyRunning(pid: number): string {
  const stack = runningStack();
  const where = stack ? Object.values(stack.services).map(({ url }) => url) : [];
  const state = stack ? `It serves ${where.join(', ')}; see ${STACK_FILE} for more.` : 'It is not ready yet.';
  return `"npm start" is already running in this clone (process ${pid}). ${state}\nStop it with Ctrl-C in its terminal, or: kill ${pid}`;
}
