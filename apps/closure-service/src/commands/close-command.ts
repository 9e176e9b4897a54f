import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { WaitingEvent } from '@turnout/attendance-store/closing/find-waiting-events';
import { id } from '@turnout/contracts/primitives';
import { requireDatabaseNow } from '@turnout/database/require-database';
import { SECOND } from '@turnout/runtime/durations';
import { openLocks } from '@turnout/runtime/lock';
import { createLogger } from '@turnout/runtime/logger';
import type { CommandResult } from '@turnout/runtime/run-command';
import { type Closure, closureOf, openClosingDb } from '../closure.ts';
import type { ClosingConfig } from '../config.ts';
import { awaitDevices } from './await-devices.ts';
import { closeDueEvents } from './close-due-events.ts';
import { type Closing, closeEvent } from './close-event.ts';
import type { Progress } from './judge-everyone.ts';
import { refusalSentence } from './refusal-sentence.ts';

export interface CommandOptions {
  /** Read only when the arguments are right. */
  config: () => ClosingConfig;
  /** Told how far it is, line by line. */
  say: (line: string) => void;
  stopping: AbortSignal;
}

const usage = 'usage: npm run event:closure -- <eventId> | --due';

/**
 * `npm run event:closure`: closes one event, or all that are due, now. What it has to say to others waits in the outbox
 * for a running service.
 *
 * @throws ConfigurationError, StartError: sentences that say what to do
 */
export async function closeCommand(
  argv: readonly string[],
  { config, say, stopping }: CommandOptions,
): Promise<CommandResult> {
  const target = readArguments(argv);
  if ('problem' in target) return { code: 2, sentence: `${target.problem}\n${usage}` };

  await using opened = new AsyncDisposableStack();
  const settings = config();
  const logger = createLogger({
    name: 'event:closure',
    level: settings.log.level ?? 'warn',
    format: settings.log.format ?? 'pretty',
    destination: process.stderr,
  });
  const db = opened.use(openClosingDb(settings, 'event:closure'));
  await requireDatabaseNow(db);
  const locks = opened.use(openLocks({ urls: settings.redisUrls, logger }));
  const closure = closureOf(settings, { db, locks, stopping, committed: () => undefined, logger });
  if ('due' in target) return await closeDue(closure, say);
  return await closeOne(closure, target.eventId, { say, patienceMs: settings.lockTtlMs + SECOND });
}

/**
 * Somebody else who is closing the event is waited for; a holder that was killed keeps its lock for the lock's
 * lifetime.
 */
async function closeOne(
  closure: Closure,
  eventId: string,
  { say, patienceMs }: { say: (line: string) => void; patienceMs: number },
): Promise<CommandResult> {
  const until = performance.now() + patienceMs;
  let waiting = false;
  for (;;) {
    const closing = await closeEvent(closure, {
      eventId,
      trigger: 'command',
      onlyIfDue: false,
      onProgress: (progress) => say(progressLine(progress)),
    });
    const wait = closing.outcome === 'in_progress' && performance.now() < until && !closure.stopping.aborted;
    if (!wait) return { code: closing.outcome === 'closed' ? 0 : 1, sentence: sentenceFor(eventId, closing) };
    if (!waiting) say('another process is closing this event; waiting for it …');
    waiting = true;
    await sleep(SECOND, undefined, { signal: closure.stopping }).catch(() => undefined);
  }
}

async function closeDue(closure: Closure, say: (line: string) => void): Promise<CommandResult> {
  const waiting = await awaitDevices(closure);
  for (const event of waiting) say(waitingLine(event));
  const counts = await closeDueEvents(closure, {
    trigger: 'command',
    onProgress: (progress) => say(`event ${progress.eventId}: ${progressLine(progress)}`),
    onClosing: (eventId, closing) => say(sentenceFor(eventId, closing)),
  });
  const { due, closed, failed, skipped } = counts;
  const awaited = waiting.length > 0 ? ` ${waitingSentence(waiting.length)}` : '';
  if (due === 0) return { code: 0, sentence: `No event is due.${awaited}` };
  const others = skipped > 0 ? `; ${number(skipped)} left to other processes that are closing them` : '';
  if (closure.stopping.aborted) {
    return { code: 1, sentence: `Stopped: closed ${number(closed)} of ${number(due)} due events.` };
  }
  const failures = failed > 0 ? `; ${number(failed)} failed, see above` : '';
  return {
    code: failed === 0 ? 0 : 1,
    sentence: `Closed ${number(closed)} of ${number(due)} due ${due === 1 ? 'event' : 'events'}${failures}${others}.${awaited}`,
  };
}

function waitingLine({ eventId, devices, waitsUntil }: WaitingEvent): string {
  const holders = devices === 1 ? '1 device that still holds' : `${number(devices)} devices that still hold`;
  return `event ${eventId} waits for ${holders} scans, until ${waitsUntil.toISOString()}; run the command with its id to close it now`;
}

function waitingSentence(events: number): string {
  return `${events === 1 ? '1 event waits' : `${number(events)} events wait`} for devices, see above.`;
}

function sentenceFor(eventId: string, closing: Closing): string {
  switch (closing.outcome) {
    case 'closed': {
      const { attended, noShow } = closing.counts;
      return attended + noShow === 0
        ? `Event ${eventId} is closed; nobody was left to judge (run ${closing.run.id}).`
        : `Closed event ${eventId}: ${number(attended)} attended, ${number(noShow)} no-show (run ${closing.run.id}).`;
    }
    case 'refused':
      return `Event ${eventId} was not closed. ${refusalSentence(closing.refusal)}`;
    case 'in_progress':
      return `Event ${eventId} is already being closed by another process.`;
    case 'overtaken':
      return `Event ${eventId}: a later run has taken over and will finish the work.`;
    case 'interrupted':
      return `Event ${eventId}: stopped before it was closed. Run the command again to continue.`;
    case 'failed':
      return `Event ${eventId} could not be closed: ${closing.error}. It stays due; the next scheduled scan will retry it.`;
  }
}

function progressLine({ decided, undecided }: Progress): string {
  return `closed ${number(decided)} of ${number(Math.max(decided, undecided))} …`;
}

function number(value: number): string {
  return value.toLocaleString('en-US');
}

function readArguments(argv: readonly string[]): { eventId: string } | { due: true } | { problem: string } {
  const { values, positionals, problem } = parse(argv);
  if (problem !== undefined) return { problem };
  const [eventId, ...more] = positionals;
  if (values.due)
    return eventId === undefined ? { due: true } : { problem: 'Name an event or --due, not both.' };
  if (eventId === undefined || more.length > 0) return { problem: 'Name one event by its id, or --due.' };
  const read = id.safeParse(eventId);
  return read.success
    ? { eventId: read.data }
    : { problem: `${eventId} is not an event id: it must be a UUID.` };
}

function parse(argv: readonly string[]) {
  try {
    const options = { due: { type: 'boolean' } } as const;
    return { ...parseArgs({ args: [...argv], options, allowPositionals: true }), problem: undefined };
  } catch (error) {
    return { values: {}, positionals: [], problem: error instanceof Error ? error.message : String(error) };
  }
}
