import { newId } from '@turnout/runtime/ids';
import { expect } from 'vitest';
import type { Answer } from '../../front-desk.ts';
import { type ScanTime, timeMade } from '../event-plan.ts';
import type { Foretold, Model, ModelScan } from '../model.ts';
import { pick } from '../step.ts';
import type { Device, SentScan, Story } from '../story.ts';

export interface ScanPlan {
  /** Which person; null for a code that nobody has. */
  person: number | null;
  /** By enrollment instead of by code. */
  byId: boolean;
  time: ScanTime;
  direction: 'entry' | 'exit';
  station: string | null;
}

const MINUTE = 60_000;

/** Makes of a plan what is sent. */
export function planned(plan: ScanPlan, { known, times, next }: Story): SentScan {
  const person = plan.person === null ? null : pick(known.people, plan.person);
  return {
    scanId: newId(),
    ...(person === null
      ? { accessCode: `NOBODY${next()}` }
      : plan.byId
        ? { enrollmentId: person.id }
        : { accessCode: person.accessCode }),
    ...timeSent(plan.time, times, next),
    ...(plan.station === null ? {} : { station: plan.station }),
    direction: plan.direction,
  };
}

function timeSent(time: ScanTime, times: Story['times'], next: Story['next']): { scannedAt?: string } {
  switch (time) {
    case 'now':
      return {};
    case 'slightly ahead':
      return { scannedAt: new Date(Date.now() + 2 * MINUTE).toISOString() };
    default:
      return { scannedAt: new Date(timeMade(times, time, next())).toISOString() };
  }
}

/** An answer to a scan, with all that the model needs to foretell it. */
export interface ScanAnswered {
  status: number;
  body: Answer['body'];
  /** When the scan was made, in epoch milliseconds. */
  at: number;
  /** Unknown in a batch. */
  replayed?: boolean;
}

/** Sends one scan and notes what came of it. */
export async function send(story: Story, sent: SentScan, device: Device): Promise<ScanAnswered> {
  const { status, body, headers } = await story.desk('POST', '/check-ins', device, sent);
  note(story, sent, device, { status, body });
  const replayed = headers.get('idempotent-replayed') === 'true';
  return { status, body, replayed, at: await timeOf(story, sent) };
}

/** A scan that does not say when it was made was made when the server took it, which it does not tell of a refused one. */
async function timeOf({ world, eventId }: Story, { scanId, scannedAt }: SentScan): Promise<number> {
  if (scannedAt !== undefined) return Date.parse(scannedAt);
  const [kept] = await world.db.query<{ scanned_at: Date }>(
    'select scanned_at from attendance.scans where event_id = $1 and scan_id = $2',
    [eventId, scanId],
  );
  return kept?.scanned_at.getTime() ?? Date.now();
}

/** What clients learn from an answer. */
export function note(
  { known }: Story,
  sent: SentScan,
  device: Device,
  { status, body }: Pick<Answer, 'status' | 'body'>,
): void {
  known.answers.push({ sent, status, body });
  if (!known.scans.some((earlier) => earlier.sent.scanId === sent.scanId)) known.scans.push({ sent, device });
  if (status === 201 && !known.checkInIds.includes(body.checkIn.id)) known.checkInIds.push(body.checkIn.id);
}

/** Asks the model for the answer to a scan, and compares. */
export function expectForetold(model: Model, sent: SentScan, device: Device, answer: ScanAnswered): void {
  const scan = asModelScan(model, sent, device, answer.at);
  const { replayed, ...foretold } = model.scan(scan, Date.now(), answer.body.checkIn?.id);
  expect(toldOf(answer)).toEqual(foretold);
  if (answer.replayed !== undefined) expect(answer.replayed).toBe(replayed);
}

function asModelScan(model: Model, sent: SentScan, device: Device, at: number): ModelScan {
  const person = model.people.find(
    ({ id, accessCode }) => id === sent.enrollmentId || accessCode === sent.accessCode,
  );
  return {
    scanId: sent.scanId,
    personId: person?.id ?? null,
    names: sent.accessCode ?? sent.enrollmentId ?? '',
    at,
    direction: sent.direction,
    station: sent.station ?? device.station,
    deviceId: device.id,
  };
}

function toldOf({ status, body }: { status: number; body: Answer['body'] }): Foretold {
  if (status !== 201) {
    return { status, code: body.code, ...(body.previous === undefined ? {} : { previous: body.previous }) };
  }
  const { id, version, presentDays, status: now } = body.enrollment;
  return {
    status,
    outcome: body.outcome,
    day: body.checkIn.day,
    enrollment: { id, status: now, version, presentDays },
    previous: body.previous,
  };
}
