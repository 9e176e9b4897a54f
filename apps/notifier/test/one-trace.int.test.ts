import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { armFailpoint } from '@turnout/runtime/failpoint';
import { waitUntil } from '@turnout/test-kit/wait-until';
import { describe, expect, it } from 'vitest';
import { clientOf } from './support/client.ts';
import { attendedEvent } from './support/events.ts';
import { startNotifierProcess } from './support/notifier-process.ts';
import { openPostOffice } from './support/post-office.ts';
import { startReceiver } from './support/receiver.ts';

interface Span {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  links?: { spanId: string }[];
}

/** A receiver of OTLP over HTTP with JSON that keeps the spans. */
async function startCollector(): Promise<AsyncDisposable & { url: string; spans: Span[]; text(): string }> {
  const spans: Span[] = [];
  let received = '';
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString();
      received += text;
      const { resourceSpans } = JSON.parse(text) as { resourceSpans: { scopeSpans: { spans: Span[] }[] }[] };
      spans.push(...resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans)));
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    text: () => received,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const traceId = '0af7651916cd43dd8448eb211c80319c';
const traceparent = `00-${traceId}-b7ad6b7169203331-01`;

describe('the trace of an event', () => {
  it('goes on to the mail, through the row in which the delivery waits', async () => {
    await using office = await openPostOffice();
    await using collector = await startCollector();
    const people = await office.people(3);
    await using notifier = startNotifierProcess({
      ...office.environment,
      OTEL_SERVICE_NAME: 'notifier',
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_BSP_SCHEDULE_DELAY: '100',
    });
    await notifier.ready;
    await office.publish(
      people.map((person) => attendedEvent(person)),
      { traceparent, tracestate: 'vendor=1' },
    );
    const named = (name: string) => collector.spans.filter((span) => span.name === name);
    await waitUntil(() => named('send email').length === 3);
    await waitUntil(() => named('store turnout.participant.attended.v1').length === 3);

    const stored = named('store turnout.participant.attended.v1');
    await waitUntil(() => named('store events').length > 0);
    const batches = () => named('store events').map(({ spanId }) => spanId);
    for (const { links = [] } of stored) {
      expect(links).toHaveLength(1);
      await waitUntil(() => batches().includes(links[0]?.spanId ?? ''));
    }
    for (const sent of named('send email')) {
      expect(sent.traceId).toBe(traceId);
      expect(stored.map(({ spanId }) => spanId)).toContain(sent.parentSpanId);
    }
    for (const { headers } of await office.deliveries()) {
      expect(headers.traceparent).toContain(traceId);
      expect(headers.tracestate).toBe('vendor=1');
    }
    const sentLine = notifier.lines.find((line) => line.includes('a delivery was sent'));
    expect(JSON.parse(sentLine ?? '{}')).toMatchObject({ trace_id: traceId });

    notifier.signal('SIGTERM');
    expect(await notifier.exited).toBe(0);
    const told = collector.text() + notifier.lines.join('');
    expect(told).not.toMatch(/@example\.org|Person \d/);
  });

  it('goes on to the webhook, and no further: neither the endpoint nor its URL is part of it', async () => {
    await using office = await openPostOffice();
    await using collector = await startCollector();
    await using receiver = await startReceiver();
    await using notifier = startNotifierProcess({
      ...office.environment,
      OTEL_SERVICE_NAME: 'notifier',
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_BSP_SCHEDULE_DELAY: '100',
    });
    const admin = clientOf(await notifier.ready, office.organization.tokens.admin);
    const { body } = await admin('POST', '/v1/webhook-endpoints', { url: receiver.url });
    await office.publish([attendedEvent(await office.person())], { traceparent });
    const named = (name: string) => collector.spans.filter((span) => span.name === name);
    await waitUntil(() => named('send webhook').length === 1);
    expect(named('send webhook')).toMatchObject([{ traceId }]);
    expect(receiver.received).toHaveLength(1);
    for (const header of ['traceparent', 'tracestate', 'baggage']) {
      expect(receiver.received[0]?.headers).not.toHaveProperty(header);
    }
    notifier.signal('SIGTERM');
    expect(await notifier.exited).toBe(0);
    const told = collector.text() + notifier.lines.join('');
    expect(told).not.toContain('of=us');
    expect(told).not.toContain(body.secret.slice(6, 30));
  });

  it('goes on when the notifier that had stored it was killed, and the message comes again', async () => {
    await using office = await openPostOffice();
    await using collector = await startCollector();
    const failpoints = await mkdtemp(join(tmpdir(), 'turnout-failpoints-'));
    armFailpoint(failpoints, 'notifier.stored', 'SIGKILL');
    const environment = {
      ...office.environment,
      TURNOUT_FAILPOINTS: failpoints,
      OTEL_SERVICE_NAME: 'notifier',
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_BSP_SCHEDULE_DELAY: '100',
    };
    await using killed = startNotifierProcess(environment);
    await killed.ready;
    await office.publish([attendedEvent(await office.person())], { traceparent });
    expect(await killed.exited).toBeNull();
    expect(office.mailbox.messages()).toEqual([]);
    await using _next = startNotifierProcess(environment);
    // The one that was killed may have claimed the mail between its commit and its end: for 15 s.
    const sent = await waitUntil(() => collector.spans.find(({ name }) => name === 'send email'));
    expect(sent.traceId).toBe(traceId);
    expect(office.mailbox.messages()).toHaveLength(1);
    await rm(failpoints, { recursive: true });
  }, 90_000);

  it('is handed on by a notifier that is not traced itself', async () => {
    await using office = await openPostOffice();
    const person = await office.person();
    await using notifier = startNotifierProcess(office.environment);
    await notifier.ready;
    await office.publish([attendedEvent(person)], { traceparent });
    await waitUntil(() => office.mailbox.messages().length === 1);
    expect(await office.deliveries()).toMatchObject([{ headers: { traceparent } }]);
  });
});
