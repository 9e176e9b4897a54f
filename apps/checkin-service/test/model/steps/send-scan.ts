import { newId } from '@turnout/runtime/ids';
import { expect } from 'vitest';
import type { Answer } from '../../front-desk.ts';
import { type ScanTime, timeMade } from '../event-plan.ts';
import type { Foretold, ForetoldLineItem } from '../foretold.ts';
import type { Model } from '../model.ts';
import type { Asked, ModelScan } from '../model-scan.ts';
import { pick } from '../step.ts';
import type { Device, SentCheckIn, SentScan, Story } from '../story.ts';

export interface ScanPlan {
  /** Which person; null for a code that nobody has. */
  person: number | null;
  /** By enrollment instead of by code. */
  byId: boolean;
  time: ScanTime;
  direction: 'entry' | 'exit';
  station: string | null;
  admitUnpaid: boolean;
}

const MINUTE = 60_000;

/** Makes of a plan what is sent. */
export function planned(plan: ScanPlan, { known, times, next }: Story): SentCheckIn {
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
    ...(plan.admitUnpaid ? { admitUnpaid: true } : {}),
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
  noteSent(story, sent);
  const { status, body, headers } = await story.desk('POST', `/${sent.to}`, device, sent.scan);
  noteAnswer(story, sent, { status, body });
  const replayed = headers.get('idempotent-replayed') === 'true';
  return { status, body, replayed, at: await timeOf(story, sent) };
}

/**
 * A scan that does not say when it was made was made when the server took it, which it does not tell of a refused one.
 */
async function timeOf({ world, eventId }: Story, { scan }: SentScan): Promise<number> {
  if ('scannedAt' in scan && scan.scannedAt !== undefined) return Date.parse(scan.scannedAt);
  const [kept] = await world.db.query<{ scanned_at: Date }>(
    'select scanned_at from attendance.scans where event_id = $1 and scan_id = $2',
    [eventId, scan.scanId],
  );
  return kept?.scanned_at.getTime() ?? Date.now();
}

/** Known from the moment it is sent, so that who sends it again may be faster than its answer. */
export function noteSent({ known }: Story, sent: SentScan): void {
  if (!known.scans.some(({ scan }) => scan.scanId === sent.scan.scanId)) known.scans.push(sent);
}

/** What clients learn from an answer. Nothing is kept of a scan that a device may not send. */
export function noteAnswer(
  { known }: Story,
  sent: SentScan,
  { status, body }: Pick<Answer, 'status' | 'body'>,
): void {
  if (status === 403) return;
  known.answers.push({ sent, status, body });
  const checkInId: string | undefined = body.checkIn?.id;
  if (checkInId !== undefined && !known.checkInIds.includes(checkInId)) known.checkInIds.push(checkInId);
}

/** Asks the model for the answer to a scan, and compares. */
export function expectForetold(
  model: Model,
  sent: SentScan,
  device: Device,
  answer: ScanAnswered,
): { replayed: boolean } {
  const scan = asModelScan(model, sent, device, answer.at);
  const { replayed, ...foretold } = model.scan(scan, Date.now(), answer.body.checkIn?.id);
  expect(toldOf(answer)).toEqual(foretold);
  if (answer.replayed !== undefined) expect(answer.replayed).toBe(replayed);
  return { replayed };
}

function asModelScan(model: Model, sent: SentScan, device: Device, at: number): ModelScan {
  const { scanId, accessCode, station } = sent.scan;
  const enrollmentId = sent.to === 'check-ins' ? sent.scan.enrollmentId : undefined;
  const person = model.people.find((one) => one.id === enrollmentId || one.accessCode === accessCode);
  return {
    scanId,
    personId: person?.id ?? null,
    names: accessCode ?? enrollmentId ?? '',
    asks: askedBy(sent),
    at,
    station: station ?? device.station,
    deviceId: device.id,
    bySupervisor: device.isSupervisor,
  };
}

function askedBy(sent: SentScan): Asked {
  switch (sent.to) {
    case 'check-ins': {
      const { direction, admitUnpaid = false } = sent.scan;
      return { for: 'check-in', direction, admitUnpaid };
    }
    case 'redemptions':
      return { for: 'redemption', lineItemId: sent.scan.lineItemId };
    case 'door-checks':
      return { for: 'door check', productId: sent.scan.productId };
  }
}

function toldOf({ status, body }: { status: number; body: Answer['body'] }): Foretold {
  const { previous, redeemed, quantity } = body;
  if (status !== 201) return { status, code: body.code, ...given({ previous, redeemed, quantity }) };
  const { id, version, presentDays, status: now } = body.enrollment;
  return {
    status,
    outcome: body.outcome,
    enrollment: { id, status: now, version, presentDays },
    ...given({
      previous,
      day: body.checkIn?.day,
      lineItem: body.lineItem && lineItemTold(body.lineItem),
      productId: body.product?.productId,
    }),
  };
}

/** What of a line item the model knows. */
export function lineItemTold(body: Answer['body']): ForetoldLineItem {
  const { lineItemId, productId, quantity, redeemed, remaining } = body;
  return { lineItemId, productId, quantity, redeemed, remaining };
}

function given(parts: Partial<Foretold>): Partial<Foretold> {
  return Object.fromEntries(Object.entries(parts).filter(([, part]) => part !== undefined));
}
