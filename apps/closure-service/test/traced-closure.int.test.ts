import { givenEnrollments, givenEvent } from '@turnout/test-kit/given';
import { waitUntil } from '@turnout/test-kit/wait-until';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ClosingKit, openClosingKit } from './closing-kit.ts';
import { freeLocalPort } from './free-local-port.ts';
import { serviceConfig, serviceEnvironment } from './service-config.ts';
import { spawnClosure } from './spawn-closure.ts';

describe('a closure that is traced', () => {
  const opened = new AsyncDisposableStack();
  let kit: ClosingKit;

  beforeAll(async () => {
    kit = opened.use(await openClosingKit());
  });
  afterAll(async () => {
    await opened.disposeAsync();
  });

  it('gives all its messages the trace of the tick, without broker and collector too', async () => {
    const eventId = await givenEvent(kit.db, kit.organization.id);
    await givenEnrollments(kit.db, kit.organization.id, eventId, 5);
    const nobody = await freeLocalPort();
    const config = serviceConfig({ kit, amqpUrl: `amqp://127.0.0.1:${nobody}`, batchSize: 2 });
    const service = opened.use(
      spawnClosure('main.ts', {
        ...serviceEnvironment(config),
        OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${nobody}`,
        OTEL_SERVICE_NAME: 'closure-service',
      }),
    );
    const outbox = async () =>
      await kit.db.query<{ routing_key: string; header: string; inside: string }>(
        `select routing_key, headers->>'traceparent' as header, body::json->>'traceparent' as inside
         from outbox.messages where partition_key = $1`,
        [eventId],
      );
    await waitUntil(async () =>
      (await outbox()).some((row) => row.routing_key === 'turnout.event.closed.v1'),
    );

    const rows = await outbox();
    expect(rows).toHaveLength(6);
    const traces = rows
      .flatMap(({ header, inside }) => [header, inside])
      .map((parent) => parent.split('-')[1]);
    expect(new Set(traces).size).toBe(1);
    service.process.kill('SIGTERM');
    expect(await service.exited).toBe(0);
  });
});
