/**
 * Scans that arrive while a transaction of their event is running wait for it and share the next one. An idle door adds
 * no wait; a busy one turns a queue of transactions that lock each other out into a few that take many scans each:
 * sixty devices at one ticket are a few transactions, not sixty in a row. A crowded event gets a second transaction
 * beside the first, so that the database is at work while this process reads and answers.
 *
 * The transaction is a part of the trace of the request that came first; the others point to it.
 *
 * Events don't wait for each other: only few have a second transaction, so that connections are left for the others. An
 * upload whose client has gone is not begun. When a shared transaction fails for another reason than an unavailable
 * database, each upload is tried by itself, so that one costs only itself.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { isUnavailable } from '@turnout/runtime/postgres';
import { activeSpan, inSpan, linkToActive, type Span } from '@turnout/runtime/trace-context';
import type { ScanAnswer } from '../answers/scan-answers.ts';
import type { SubmittedScan } from './submitted-scan.ts';

/** What one request brings: one scan, or a batch of them. */
export interface ScanUpload {
  organizationId: string;
  eventId: string;
  scans: readonly SubmittedScan[];
  signal: AbortSignal;
}

export type RecordScans = (
  event: { organizationId: string; eventId: string },
  scans: readonly SubmittedScan[],
) => Promise<ScanAnswer[] | null>;

interface Waiting extends PromiseWithResolvers<ScanAnswer[] | null> {
  upload: ScanUpload;
  span: Span | undefined;
  /** Runs work as a part of the request that brought the upload, and of its trace. */
  inRequest: ReturnType<typeof AsyncLocalStorage.snapshot>;
}

/** Scans in one transaction, at most; a larger upload goes alone. */
const MOST_SCANS = 1_000;
/** Uploads waiting at an event that make it a crowd. */
const CROWD = 8;
/** Second transactions in this process, at most. */
const MOST_SECOND = 2;

/** What waits at one event, and how many transactions of it are under way. */
interface Door {
  queue: Waiting[];
  transactions: number;
}

/** Gathers uploads for `record`. Each gets its own answers, or null when the organization has no such event. */
export function gatherScans(record: RecordScans): (upload: ScanUpload) => Promise<ScanAnswer[] | null> {
  const doors = new Map<string, Door>();
  let seconds = 0;

  async function work(key: string, door: Door): Promise<void> {
    const isSecond = door.transactions > 0;
    door.transactions += 1;
    seconds += Number(isSecond);
    while (door.queue.length > 0) await recordTogether(record, takeBatch(door.queue));
    seconds -= Number(isSecond);
    door.transactions -= 1;
    if (door.transactions === 0) doors.delete(key);
  }

  return async (upload) => {
    const waiting: Waiting = {
      upload,
      span: activeSpan(),
      inRequest: AsyncLocalStorage.snapshot(),
      ...Promise.withResolvers<ScanAnswer[] | null>(),
    };
    const key = `${upload.organizationId} ${upload.eventId}`;
    const door = doors.get(key) ?? { queue: [], transactions: 0 };
    doors.set(key, door);
    door.queue.push(waiting);
    const crowded = door.queue.length >= CROWD && door.transactions === 1 && seconds < MOST_SECOND;
    if (door.transactions === 0 || crowded) void work(key, door);
    return await waiting.promise;
  };
}

/** Takes what has waited longest, as much as one transaction holds. */
function takeBatch(queue: Waiting[]): Waiting[] {
  let scans = 0;
  const end = queue.findIndex(({ upload }, index) => {
    scans += upload.scans.length;
    return index > 0 && scans > MOST_SCANS;
  });
  return queue.splice(0, end === -1 ? queue.length : end);
}

/** Settles every upload of the batch; never throws. */
async function recordTogether(record: RecordScans, batch: readonly Waiting[]): Promise<void> {
  const wanted = batch.filter(({ upload, reject }) => {
    if (upload.signal.aborted) reject(upload.signal.reason);
    return !upload.signal.aborted;
  });
  const [first, ...others] = wanted;
  if (!first) return;
  try {
    const scans = wanted.flatMap(({ upload }) => upload.scans);
    const answers = await first.inRequest(() =>
      inSpan('record scans', async () => {
        linkToActive(others.map(({ span }) => span));
        return await record(first.upload, scans);
      }),
    );
    let from = 0;
    for (const { upload, resolve } of wanted) {
      resolve(answers === null ? null : answers.slice(from, from + upload.scans.length));
      from += upload.scans.length;
    }
  } catch (error) {
    if (wanted.length > 1 && !isUnavailable(error)) {
      for (const alone of wanted) await recordTogether(record, [alone]);
    } else {
      for (const { reject } of wanted) reject(error);
    }
  }
}
