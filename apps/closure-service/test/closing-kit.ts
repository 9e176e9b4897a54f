import { decideCheckIn } from '@turnout/attendance/decide-check-in';
import { changeEnrollments, each } from '@turnout/attendance-store/change-enrollments';
import { type PublicEvent, publicEvent } from '@turnout/contracts/events/public-event';
import { newId } from '@turnout/runtime/ids';
import type { Locks } from '@turnout/runtime/lock';
import { createLogger } from '@turnout/runtime/logger';
import { type Db, openDb } from '@turnout/runtime/postgres';
import {
  type EventFacts,
  type GivenOrganization,
  givenEvent,
  givenOrganization,
} from '@turnout/test-kit/given';
import { openTestDb } from '@turnout/test-kit/open-test-db';
import { createTestDatabase, type TestDatabase } from '@turnout/test-kit/test-database';
import { type Closure, closureOf } from '../src/closure.ts';

/** A database of its own, and closing as the service does it: with its role and its grants. */
export interface ClosingKit extends AsyncDisposable {
  database: TestDatabase;
  /** As the owner. */
  db: Db;
  organization: GivenOrganization;
  logged: LogLine[];
  closure(options: ClosureOptions): Closure;
}

export interface ClosureOptions {
  locks: Locks;
  db?: Db;
  /** Connections. */
  max?: number;
  batchSize?: number;
  lockTtlMs?: number;
  retryDelaysMs?: number[];
  stopping?: AbortSignal;
}

export interface LogLine extends Record<string, unknown> {
  level: string;
  msg: string;
}

/** A lock that is no lock: everybody who asks holds it. What is right with this one does not rest on the lock. */
export const alwaysYes: Locks = {
  acquire: async () => ({ extend: async () => true, release: async () => undefined, remainingMs: 1_000 }),
  answers: async () => true,
  [Symbol.asyncDispose]: async () => undefined,
};

export async function openClosingKit(): Promise<ClosingKit> {
  await using opening = new AsyncDisposableStack();
  const database = opening.use(await createTestDatabase());
  const db = opening.use(openTestDb(database.url, 8));
  const organization = await givenOrganization(db);
  const logged: LogLine[] = [];
  const destination = { write: (line: string) => void logged.push(JSON.parse(line) as LogLine) };
  const logger = createLogger({ name: 'test', level: 'debug', destination });
  const opened = opening.move();

  return {
    database,
    db,
    organization,
    logged,
    closure({ locks, max = 6, ...options }) {
      const config = {
        database: { url: database.urlFor('closure'), max },
        redisUrls: [],
        batchSize: options.batchSize ?? 5_000,
        lockTtlMs: options.lockTtlMs ?? 5_000,
        concurrency: Math.min(4, max),
        retryDelaysMs: options.retryDelaysMs ?? [5, 5, 5],
        log: {},
      };
      return closureOf(config, {
        db: options.db ?? opened.use(openDb({ ...config.database, applicationName: 'test closure' })),
        locks,
        stopping: options.stopping ?? new AbortController().signal,
        committed: () => undefined,
        logger,
      });
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

/** Three days in Berlin, over since the 3rd. */
export async function givenThreeDays(
  { db, organization }: ClosingKit,
  facts: EventFacts = {},
): Promise<string> {
  return await givenEvent(db, organization.id, {
    starts_at: new Date('2026-05-01T09:00:00+02:00'),
    ends_at: new Date('2026-05-03T17:00:00+02:00'),
    requirement_type: 'minimum_days',
    requirement_days: 2,
    ...facts,
  });
}

/** One accepted entry for each time, as the door records it. */
export async function checkIn(
  kit: Pick<ClosingKit, 'db' | 'organization'>,
  eventId: string,
  enrollmentIds: readonly string[],
  ...times: string[]
): Promise<void> {
  for (const time of times) {
    const scan = {
      scannedAt: new Date(time),
      direction: 'entry',
      station: 'Door A',
      deviceId: newId(),
      orderPaid: true,
      admitUnpaid: false,
    } as const;
    await changeEnrollments(
      kit.db,
      { by: 'enrollments', organizationId: kit.organization.id, eventId, enrollmentIds },
      each((enrollment, event, now) => {
        const decision = decideCheckIn(event, enrollment, scan, now);
        if (decision.outcome === 'refused') throw new Error(`refused: ${decision.refusal.code}`);
        const { scannedAt, station, direction, deviceId } = scan;
        const recorded = {
          id: newId(),
          scanId: newId(),
          recordedAt: now,
          annulledAt: null,
          turnedAway: false,
          source: 'scan',
        } as const;
        const made = { ...recorded, day: decision.day, scannedAt, station, direction, deviceId };
        const { outcome, move } = decision;
        return { facts: [{ kind: 'checked_in', checkIn: made, outcome, move }], result: null };
      }),
      { actor: { type: 'system', id: 'test' }, cause: 'test' },
    );
  }
}

export async function statuses(db: Db, eventId: string): Promise<Record<string, string>> {
  const rows = await db.query<{ enrollment_id: string; status: string }>(
    'select enrollment_id, status from attendance.enrollments where event_id = $1 order by enrollment_id',
    [eventId],
  );
  return Object.fromEntries(rows.map(({ enrollment_id, status }) => [enrollment_id, status]));
}

/** What waits in the outbox about an event, in the order in which it will be published. */
export async function messages<Type extends PublicEvent['type']>(
  db: Db,
  eventId: string,
  type: Type,
): Promise<Extract<PublicEvent, { type: Type }>[]> {
  const rows = await db.query<{ body: string }>(
    'select body from outbox.messages where partition_key = $1 and routing_key = $2 order by sequence',
    [eventId, type],
  );
  return rows.map(({ body }) => publicEvent.parse(JSON.parse(body)) as Extract<PublicEvent, { type: Type }>);
}

export interface RunRow extends Record<string, unknown> {
  run_id: string;
  status: string;
  error: string | null;
}

export async function runs(db: Db, eventId: string): Promise<RunRow[]> {
  return await db.query<RunRow>(
    `select run_id, trigger, status, epoch, attempts, attended, no_show, error
     from attendance.closure_runs where event_id = $1 order by epoch, run_id`,
    [eventId],
  );
}

/** How many verdicts each enrollment of an event was given, all in all. */
export async function verdictsPerEnrollment(db: Db, eventId: string): Promise<number[]> {
  const rows = await db.query<{ verdicts: number }>(
    `select count(t.version) as verdicts
     from attendance.enrollments e
     left join attendance.transitions t
       on t.event_id = e.event_id and t.enrollment_id = e.enrollment_id and t.to_status in ('attended', 'no_show')
     where e.event_id = $1 group by e.enrollment_id`,
    [eventId],
  );
  return rows.map(({ verdicts }) => verdicts);
}
