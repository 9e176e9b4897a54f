import { randomBytes, randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type GivenEnrollment, givenEnrollments, givenEvent } from '@turnout/test-kit/given';
import { type FaultProxy, startProxy } from '@turnout/test-kit/start-proxy';
import { waitUntil } from '@turnout/test-kit/wait-until';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectInvariants } from './expect-invariants.ts';
import { measurements } from './measurements.ts';
import { startTestStack, type TestStack } from './start-test-stack.ts';
import { type Span, startTraceCollector, type TraceCollector } from './trace-collector.ts';
import { uploadScans } from './upload-scans.ts';

const HOUR = 3_600_000;
const SOON = { within: 20_000 };
const CHECK_IN = 'checkin-service: POST /v1/events/:eventId/check-ins';
const TO_THE_MAIL = ['notifier: store turnout.participant.attended.v1', 'notifier: send email'];

const opened = new AsyncDisposableStack();
let collector: TraceCollector;
let stack: TestStack;
let broker: FaultProxy;

beforeAll(async () => {
  collector = opened.use(await startTraceCollector());
  stack = opened.use(
    await startTestStack({
      environment: {
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
        OTEL_BSP_SCHEDULE_DELAY: '100',
        CLOSURE_SCHEDULE: '* * * * * *',
      },
      amqp: async (url) => {
        broker = await startProxy(url);
        return broker;
      },
    }),
  );
});
afterAll(async () => {
  await opened.disposeAsync();
});

const newTrace = () => randomBytes(16).toString('hex');
const ofTrace = (traceId: string) => collector.spans.filter((span) => span.traceId === traceId);
const attributeOf = (span: Span | undefined, name: string) =>
  span?.attributes.find(({ key }) => key === name)?.value.stringValue;

/** A request of a client that traces. */
async function post(url: string, token: string, traceId: string, body?: object) {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      Authorization: `Bearer ${token}`,
      traceparent: `00-${traceId}-b7ad6b7169203331-01`,
      ...(body && { 'Content-Type': 'application/json' }),
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  await response.text();
  return { status: response.status, requestId: response.headers.get('x-request-id') };
}

const checkIn = async (
  eventId: string,
  { accessCode }: GivenEnrollment,
  traceId: string,
  scannedAt?: Date,
) => {
  const url = `${stack.services.checkin.url}/v1/events/${eventId}/check-ins`;
  const scan = { scanId: randomUUID(), accessCode, ...(scannedAt && { scannedAt }) };
  return await post(url, stack.tokens.supervisor, traceId, scan);
};

/** From the first span of its trace that we know to this one, as `service: name`. */
function lineage(last: Span): string[] {
  const parent = ofTrace(last.traceId).find(({ spanId }) => spanId === last.parentSpanId);
  return [...(parent ? lineage(parent) : []), `${last.service}: ${last.name}`];
}

/** The way to each span of this name, once there are so many and each is known from the beginning. */
async function waysTo(name: string, traceId: string, beginning: string, count = 1): Promise<string[][]> {
  return await waitUntil(() => {
    const ways = ofTrace(traceId)
      .filter((span) => span.name === name)
      .map(lineage);
    return ways.length === count && ways.every(([first]) => first === beginning) && ways;
  }, SOON);
}

/** An event that is closed when somebody asks for it, and people who were there on all its days. */
async function givenAttended(count: number, facts: Parameters<typeof givenEvent>[2] = {}) {
  const eventId = await givenEvent(stack.db, stack.organization.id, {
    closure_grace_minutes: 100_000,
    requirement_type: 'any_day',
    requirement_days: null,
    ...facts,
  });
  const people = await givenEnrollments(stack.db, stack.organization.id, eventId, count);
  return { eventId, people };
}

const twoDaysAgo = () => new Date(Date.now() - 48 * HOUR);

describe('one trace', () => {
  it('leads from the click over closure, outbox and broker to each mail, and from a late scan to its own', async () => {
    const { eventId, people } = await givenAttended(4);
    const [late, ...present] = people as [GivenEnrollment, ...GivenEnrollment[]];
    await uploadScans(stack, eventId, present, twoDaysAgo());
    const closing = newTrace();
    const url = `${stack.services.closure.url}/v1/events/${eventId}/closure-runs`;
    const clicked = await post(url, stack.tokens.admin, closing);
    expect(clicked.status).toBe(202);
    const request = 'closure-service: POST /v1/events/:eventId/closure-runs';
    for (const way of await waysTo('send email', closing, request, present.length)) {
      expect(way).toContain('closure-service: close event');
      expect(way.at(-3)).toMatch(/^(closure|checkin|admin)-service: publish turnout\.events$/);
      expect(way.slice(-2)).toEqual(TO_THE_MAIL);
    }
    const served = ofTrace(closing).find(({ name }) => name.startsWith('POST '));
    expect(attributeOf(served, 'turnout.request_id')).toBe(clicked.requestId);

    const scanning = newTrace();
    expect((await checkIn(eventId, late, scanning, twoDaysAgo())).status).toBe(201);
    const [way] = await waysTo('send email', scanning, CHECK_IN);
    expect(way?.at(-3)).toMatch(/^(closure|checkin|admin)-service: publish turnout\.events$/);
    expect(way?.slice(-2)).toEqual(TO_THE_MAIL);
    expect(ofTrace(scanning).map(({ name }) => name)).toEqual(
      expect.arrayContaining(['record scans', 'turnout.notifier process']),
    );
  });

  it('leads from the tick of the schedule to every message that its closure caused', async () => {
    const { eventId, people } = await givenAttended(3);
    await uploadScans(stack, eventId, people, twoDaysAgo());
    await stack.db.query('update attendance.events set closure_grace_minutes = 0 where event_id = $1', [
      eventId,
    ]);
    const closing = await waitUntil(
      () =>
        collector.spans.find(
          (span) => span.name === 'close event' && attributeOf(span, 'turnout.event_id') === eventId,
        ),
      SOON,
    );
    const tick = 'closure-service: close due events';
    for (const way of await waysTo('send email', closing.traceId, tick, people.length)) {
      expect(way.slice(0, 2)).toEqual([tick, 'closure-service: close event']);
      expect(way.slice(-2)).toEqual(TO_THE_MAIL);
    }
    // Of each verdict, and of the event.
    await waysTo('publish turnout.events', closing.traceId, tick, people.length + 1);
  });

  it('is each scan its own where scans share a transaction, and points to the one that was in it', async () => {
    const { eventId, people } = await givenAttended(60, {
      starts_at: new Date(Date.now() - HOUR),
      ends_at: new Date(Date.now() + HOUR),
    });
    const traces = people.map(newTrace);
    await Promise.all(people.map((person, index) => checkIn(eventId, person, traces[index] as string)));
    for (const traceId of traces) await waysTo('publish turnout.events', traceId, CHECK_IN);
    const alone = traces.filter((traceId) => ofTrace(traceId).some(({ name }) => name === 'record scans'));
    expect(alone.length).toBeLessThan(traces.length);
    const shared = await waitUntil(() => {
      const links = traces.flatMap((traceId) => ofTrace(traceId).flatMap((span) => span.links ?? []));
      return links.length === traces.length - alone.length && links;
    }, SOON);
    for (const { traceId, spanId } of shared) {
      expect(ofTrace(traceId).find((span) => span.spanId === spanId)).toMatchObject({ name: 'record scans' });
    }
  });

  it('leads from the request to each line about it, and from the id in its answer to both', async () => {
    const { url } = stack.services.checkin;
    const { requestId } = (await (await fetch(`${url}/v1/nothing`)).json()) as { requestId: string };
    const served = await waitUntil(
      () => collector.spans.find((span) => attributeOf(span, 'turnout.request_id') === requestId),
      SOON,
    );
    const lines = readdirSync(stack.logDir).flatMap((file) =>
      readFileSync(join(stack.logDir, file), 'utf8').split('\n'),
    );
    const line = lines.find((text) => text.includes(`"requestId":"${requestId}"`));
    expect(JSON.parse(line ?? '{}')).toMatchObject({ msg: 'request', status: 404, trace_id: served.traceId });
  });

  it('is beside what every service measured of the same work, under the names that dashboards ask for', async () => {
    const services = Object.entries(measurements) as [keyof typeof measurements, RegExp[]][];
    await waitUntil(async () => {
      for (const [name, series] of services) {
        const text = await (await fetch(`${stack.services[name].url}/metrics`)).text();
        expect(series.filter((each) => !each.test(text)).map((each) => `${name}: ${each}`)).toEqual([]);
      }
      // Whichever relay was first to see a message has published it.
      const relayed = await Promise.all(
        (['checkin', 'closure', 'admin'] as const).map(
          async (name) => await (await fetch(`${stack.services[name].url}/metrics`)).text(),
        ),
      );
      expect(relayed.join('\n')).toMatch(/^outbox_relayed_total\{outcome="published"\} [1-9]/m);
      expect(relayed.join('\n')).toMatch(/^outbox_confirm_seconds_count [1-9]/m);
      expect(relayed.join('\n')).toMatch(/^outbox_publish_delay_seconds_count [1-9]/m);
      return true;
    }, SOON);
  });

  it('goes on when everybody who publishes was stopped before the message was out', async () => {
    const { eventId, people } = await givenAttended(1, { closure_grace_minutes: 100_000 });
    broker.cut();
    const traceId = newTrace();
    expect((await checkIn(eventId, people[0] as GivenEnrollment, traceId, twoDaysAgo())).status).toBe(201);
    const stopped = (['checkin', 'closure', 'admin'] as const).map((name) => stack.services[name].pid);
    for (const pid of stopped) process.kill(pid, 'SIGTERM');
    await waitUntil(
      () => !stopped.some((pid) => Object.values(stack.services).some((service) => service.pid === pid)),
      SOON,
    );
    broker.heal();
    const logs = readdirSync(stack.logDir).map((file) => readFileSync(join(stack.logDir, file), 'utf8'));
    expect(logs.join('')).not.toContain('did not stop in time');
    const ends = stack.said.filter((line) => line.includes(' ended ('));
    expect(ends).toHaveLength(stopped.length);
    for (const end of ends) expect(end).toContain('(exit code 0)');
    const [way] = await waysTo('publish turnout.events', traceId, CHECK_IN);
    expect(way?.at(-1)).toMatch(/^(closure|checkin|admin)-service: publish turnout\.events$/);
  });

  it('names nobody', async () => {
    await expectInvariants(stack.database.url);
    expect(collector.received()).not.toMatch(/@example\.org|Person \d|CODE[0-9A-F]{16}/);
  });
});
