import { join } from 'node:path';
import { eventClosedType } from '@turnout/contracts/events/event-closed';
import { participantAttendedType } from '@turnout/contracts/events/participant-attended';
import { ROOT } from '@turnout/local-stack/places';
import { freePort } from '@turnout/local-stack/ports';
import { SERVICE_ARGUMENTS } from '@turnout/local-stack/start-services';
import { type GivenEnrollment, givenEnrollments, givenEvent } from '@turnout/test-kit/given';
import { requiredVariable } from '@turnout/test-kit/required-variable';
import { waitUntil } from '@turnout/test-kit/wait-until';
import { describe, expect, it } from 'vitest';
import { listen } from '../src/listen.ts';
import { expectInvariants } from './expect-invariants.ts';
import { startTestStack, type TestStack } from './start-test-stack.ts';
import { addressesOf, uploadScans } from './upload-scans.ts';

const EVENTS = 30;
const PEOPLE = 20;
const PRESENT = 10;
const HOUR = 3_600_000;
const everySecond = { CLOSURE_SCHEDULE: '* * * * * *' };

/** One more closure-service beside that of the stack, on the same servers. */
async function startAnotherClosure({ guard, database, amqpUrl, logDir }: TestStack): Promise<void> {
  const port = await freePort();
  await guard.start({
    name: 'another closure-service',
    command: process.execPath,
    args: [...SERVICE_ARGUMENTS, 'src/main.ts'],
    cwd: join(ROOT, 'apps', 'closure-service'),
    env: {
      ...everySecond,
      PORT: String(port),
      DATABASE_URL: database.urlFor('closure'),
      AMQP_URL: amqpUrl,
      REDIS_URLS: requiredVariable('TEST_REDIS_URL'),
    },
    logFile: join(logDir, 'another-closure-service.log'),
    stopSignal: 'SIGTERM',
    graceMs: 12_000,
    stage: 3,
  });
  await waitUntil(async () => (await fetch(`http://127.0.0.1:${port}/readyz`)).ok);
}

describe('two closure services that look every second, and a notifier', () => {
  it('tell everybody who attended one of thirty events so, in one mail', async () => {
    await using stack = await startTestStack({ environment: everySecond });
    const { db, organization, mailbox } = stack;
    await using listener = await listen(stack.amqpUrl);
    await startAnotherClosure(stack);
    const present: GivenEnrollment[] = [];
    for (let count = 0; count < EVENTS; count += 1) {
      const eventId = await givenEvent(db, organization.id, { closure_grace_minutes: 100_000 });
      const people = await givenEnrollments(db, organization.id, eventId, PEOPLE);
      present.push(...people.slice(0, PRESENT));
      await uploadScans(stack, eventId, people.slice(0, PRESENT), new Date(Date.now() - 48 * HOUR));
    }

    await db.query('update attendance.events set closure_grace_minutes = 0'); // now all of them are due
    const subjects = (type: string) =>
      listener.heard
        .filter(({ routingKey }) => routingKey === type)
        .map(({ text }) => JSON.parse(text).subject as string);
    await waitUntil(() => subjects(eventClosedType).length >= EVENTS);
    await waitUntil(() => mailbox.messages().length >= present.length);
    const unfinished = `
      select (select count(*) from outbox.messages)
        + (select count(*) from notifier.deliveries where status <> 'sent')
        + (select count(*) from attendance.closure_runs where status = 'running') as count`;
    await waitUntil(async () => (await db.query<{ count: number }>(unfinished))[0]?.count === 0);

    const verdicts = await db.query<{ count: number }>(
      `select count(*) as count from attendance.transitions where to_status in ('attended', 'no_show')
       group by enrollment_id`,
    );
    expect(verdicts.map(({ count }) => count)).toEqual(Array(EVENTS * PEOPLE).fill(1));
    const ids = present.map(({ id }) => id).toSorted();
    expect(subjects(participantAttendedType).toSorted()).toEqual(ids);
    expect(subjects(eventClosedType).length).toBe(EVENTS);
    const written = mailbox.messages().flatMap(({ to }) => to);
    expect(written.toSorted()).toEqual(await addressesOf(stack, present));
    await expectInvariants(stack.database.url);
  });
});
