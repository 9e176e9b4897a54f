import { randomBytes, randomUUID } from 'node:crypto';
import { givenEnrollments, givenEvent } from '@turnout/test-kit/given';
import { waitUntil } from '@turnout/test-kit/wait-until';
import { describe, expect, it } from 'vitest';
import { expectInvariants } from './expect-invariants.ts';
import { startTestStack } from './start-test-stack.ts';
import { type Span, startTraceCollector } from './trace-collector.ts';
import { uploadScans } from './upload-scans.ts';

const HOUR = 3_600_000;

/** A request of a client that traces. */
async function post(url: string, token: string, traceId: string, body?: object): Promise<number> {
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
  return response.status;
}

/** From a span up to the first of its trace that we know, as `service: name`. */
function lineage(spans: readonly Span[], last: Span): string[] {
  const parent = spans.find(({ spanId }) => spanId === last.parentSpanId);
  return [...(parent ? lineage(spans, parent) : []), `${last.service}: ${last.name}`];
}

describe('one trace', () => {
  it('leads from the request over the outbox and the broker to the mail', async () => {
    await using collector = await startTraceCollector();
    await using stack = await startTestStack({
      environment: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_BSP_SCHEDULE_DELAY: '100' },
    });
    const { db, services, organization, tokens, mailbox } = stack;
    const eventId = await givenEvent(db, organization.id, { closure_grace_minutes: 100_000 });
    const [present, late] = await givenEnrollments(db, organization.id, eventId, 2);
    if (!present || !late) throw new Error('two people are enrolled');
    const scannedAt = new Date(Date.now() - 48 * HOUR);
    await uploadScans(stack, eventId, [present], scannedAt);

    const closing = randomBytes(16).toString('hex');
    const closureUrl = `${services.closure.url}/v1/events/${eventId}/closure-runs`;
    expect(await post(closureUrl, tokens.admin, closing)).toBe(202);
    await waitUntil(() => mailbox.messages().length === 1, { within: 15_000 });
    const scanning = randomBytes(16).toString('hex');
    const scan = { scanId: randomUUID(), accessCode: late.accessCode, scannedAt };
    const checkInUrl = `${services.checkin.url}/v1/events/${eventId}/check-ins`;
    expect(await post(checkInUrl, tokens.supervisor, scanning, scan)).toBe(201);
    await waitUntil(() => mailbox.messages().length === 2, { within: 15_000 });

    for (const [traceId, request] of [
      [closing, 'closure-service: POST /v1/events/:eventId/closure-runs'],
      [scanning, 'checkin-service: POST /v1/events/:eventId/check-ins'],
    ] as const) {
      const ofTrace = () => collector.spans.filter((span) => span.traceId === traceId);
      const sent = await waitUntil(() => ofTrace().find(({ name }) => name === 'send email'), {
        within: 15_000,
      });
      const path = () => lineage(ofTrace(), sent);
      await waitUntil(() => path()[0] === request, { within: 15_000 });
      expect(path().at(-3)).toMatch(/^(closure|checkin|admin)-service: publish turnout\.events$/);
      expect(path().slice(-2)).toEqual([
        'notifier: store turnout.participant.attended.v1',
        'notifier: send email',
      ]);
      expect(ofTrace().map(({ name }) => name)).toContain('turnout.notifier process');
    }
    await expectInvariants(stack.database.url);
    expect(collector.received()).not.toMatch(/@example\.org|Person \d|CODE[0-9A-F]{16}/);
  });
});
