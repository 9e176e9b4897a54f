import { isDeepStrictEqual } from 'node:util';
import type { Stage } from '../stage.ts';
import { call } from './call.ts';
import { anyItem, earlierTime, endedEvent, openEvent, personToScan } from './choose.ts';
import type { Operation } from './ledger.ts';
import { anyOf, perform } from './perform.ts';
import type { ChaosEvent, Person } from './world.ts';

interface Scan {
  operation: Operation;
  body: { scanId: string } & Record<string, unknown>;
}

const EXPECTED = [201, 409];
const REPLAYED = 0.2;

/** One badge at the door; now and then the same scan again at the other desk, which must be told the same. */
export async function scanOnce(stage: Stage, stopping: AbortSignal): Promise<void> {
  const event = openEvent(stage.world);
  const person = event && personToScan(event);
  if (!event || !person) return;
  const scan = newScan(stage, event, person, { late: Math.random() < 0.5 });
  const path = `/v1/events/${event.id}/check-ins`;
  await scanAlone(stage, path, scan, stopping);
}

/** What was bought is handed out, by the same rule of repetition. */
export async function redeemOnce(stage: Stage, stopping: AbortSignal): Promise<void> {
  const event = openEvent(stage.world);
  const person = event && anyItem(event.people.filter(({ lineItemId }) => lineItemId !== null));
  if (!event || !person) return;
  const operation = stage.ledger.begin('redemption', { eventId: event.id, enrollmentId: person.id });
  const body = { scanId: operation.key, accessCode: person.accessCode, lineItemId: person.lineItemId };
  await scanAlone(stage, `/v1/events/${event.id}/redemptions`, { operation, body }, stopping);
}

/** A device that was offline uploads what it has, also after the event has ended. */
export async function uploadBatch(stage: Stage, stopping: AbortSignal): Promise<void> {
  const event = Math.random() < 0.5 ? endedEvent(stage.world) : openEvent(stage.world);
  if (!event) return;
  const people = Array.from({ length: 2 + Math.floor(Math.random() * 8) }, () => personToScan(event));
  const scans = people.flatMap((person) => (person ? [newScan(stage, event, person, { late: true })] : []));
  const path = `/v1/events/${event.id}/check-ins`;
  const token = anyItem(stage.world.devices) ?? '';
  const answer = await perform(
    stage,
    scans.map(({ operation }) => operation),
    {
      service: 'checkin',
      path: `${path}/batch`,
      token,
      body: { scans: scans.map(({ body }) => body) },
      expected: [200],
      stopping,
    },
  );
  if (!answer) return;
  const { results } = JSON.parse(answer.text) as { results: { status: number; body: object }[] };
  for (const [index, { operation }] of scans.entries()) {
    const { status, body } = results[index] ?? { status: 0, body: {} };
    settle(stage, operation, status, JSON.stringify(body));
  }
  const again = anyItem(scans);
  if (again && Math.random() < REPLAYED) await replay(stage, path, again, token);
}

async function scanAlone(stage: Stage, path: string, scan: Scan, stopping: AbortSignal): Promise<void> {
  const token = anyItem(stage.world.devices) ?? '';
  const { operation, body } = scan;
  const answer = await perform(stage, [operation], {
    service: 'checkin',
    path,
    token,
    body,
    expected: EXPECTED,
    stopping,
  });
  if (!answer) return;
  settle(stage, operation, answer.status, answer.text);
  if (operation.wasUnknown || Math.random() < REPLAYED) await replay(stage, path, scan, token);
}

function newScan(
  { ledger }: Stage,
  event: ChaosEvent,
  { id, accessCode }: Person,
  { late }: { late: boolean },
): Scan {
  const operation = ledger.begin('check_in', { eventId: event.id, enrollmentId: id });
  const body = {
    scanId: operation.key,
    accessCode,
    ...(late && { scannedAt: earlierTime(event).toISOString() }),
    ...(Math.random() < 0.05 && { direction: 'exit' }),
    station: 'Door A',
  };
  return { operation, body };
}

function settle({ violations }: Stage, operation: Operation, status: number, body: string): void {
  if (!EXPECTED.includes(status)) {
    violations.push(`the scan ${operation.key} was answered ${status}: ${body.slice(0, 300)}`);
  }
  operation.outcome = status < 400 ? 'acknowledged' : 'refused';
  operation.status = status;
  operation.body = body;
}

/** The same scan at any desk: the first answer, to the byte. What is not answered is left. */
async function replay(stage: Stage, path: string, { operation, body }: Scan, token: string): Promise<void> {
  const { ledger, violations, traffic } = stage;
  const requestId = crypto.randomUUID();
  operation.requestIds.push(requestId);
  const reply = await call(traffic, anyOf(stage, 'checkin'), {
    method: 'POST',
    path,
    token,
    body,
    requestId,
  });
  if (reply.kind !== 'answered' || reply.status === 503) return;
  ledger.replays += 1;
  const first = { status: operation.status, body: operation.body };
  const again = { status: reply.status, body: reply.text };
  if (!isDeepStrictEqual(first, again)) {
    violations.push(
      `the scan ${operation.key} got two answers: ${JSON.stringify(first)} and ${JSON.stringify(again)}`,
    );
  }
  if (!reply.replayed) violations.push(`the repeated scan ${operation.key} was judged again`);
}
