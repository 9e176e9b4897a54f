import { type PublicEvent, publicEvent } from '@turnout/contracts/events/public-event';
import { eventsExchange, publicTopology } from '@turnout/contracts/topology';
import { declareTopology, openConsumer } from '@turnout/runtime/rabbitmq';
import { givenEnrollments, givenEvent } from '@turnout/test-kit/given';
import { createTestVhost } from '@turnout/test-kit/test-vhost';
import { waitUntil } from '@turnout/test-kit/wait-until';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ClosingKit, checkIn, openClosingKit, runs, verdictsPerEnrollment } from './closing-kit.ts';
import { serviceConfig, serviceEnvironment } from './service-config.ts';
import { type Spawned, spawnClosure } from './spawn-closure.ts';

const EVENTS = 30;
const PEOPLE = 20;
const DAY = 24 * 3_600_000;

describe('two closure services that look every second', () => {
  const opened = new AsyncDisposableStack();
  const received: PublicEvent[] = [];
  let kit: ClosingKit;
  let services: Spawned[];

  beforeAll(async () => {
    kit = opened.use(await openClosingKit());
    const { amqpUrl } = opened.use(await createTestVhost());
    const logger = { info: () => {}, warn: () => {}, error: () => {} };
    const consumer = opened.use(
      openConsumer({
        url: amqpUrl,
        name: 'test',
        queue: 'everything',
        prefetch: 500,
        logger,
        async setup(channel) {
          await declareTopology(channel, publicTopology);
          await channel.assertQueue('everything', { durable: true });
          await channel.bindQueue('everything', eventsExchange, '#');
        },
        async onMessages(batch) {
          for (const delivery of batch) {
            received.push(publicEvent.parse(JSON.parse(delivery.message.content.toString())));
            delivery.ack();
          }
        },
      }),
    );
    await waitUntil(() => consumer.connected);
    const environment = serviceEnvironment(serviceConfig({ kit, amqpUrl, batchSize: 7 }));
    services = [1, 2].map(() => opened.use(spawnClosure('main.ts', environment)));
    await waitUntil(() => services.every((service) => service.stdout().includes('"ready"')));
  });
  afterAll(async () => {
    await opened.disposeAsync();
  });

  it('close thirty events that end at once: one verdict and one message each, one closure per event', async () => {
    const eventIds: string[] = [];
    for (let count = 0; count < EVENTS; count += 1) {
      const facts = { starts_at: new Date(Date.now() - DAY), ends_at: new Date(Date.now() + DAY) };
      const eventId = await givenEvent(kit.db, kit.organization.id, facts);
      const people = await givenEnrollments(kit.db, kit.organization.id, eventId, PEOPLE);
      const present = people.slice(0, PEOPLE / 2).map(({ id }) => id);
      await checkIn(kit, eventId, present, new Date().toISOString());
      eventIds.push(eventId);
    }
    await kit.db.query(`update attendance.events set ends_at = now() - interval '1 millisecond'`);

    const of = (type: PublicEvent['type']) => received.filter((event) => event.type === type);
    await waitUntil(() => of('turnout.event.closed.v1').length >= EVENTS);
    await waitUntil(async () => (await kit.db.query('select 1 from outbox.messages limit 1')).length === 0);
    const before = services.map((service) => service.stdout().length);
    const looksSince = (service: Spawned, index: number) =>
      service.stdout().slice(before[index]).split('nothing is due').length - 1;
    await waitUntil(() => services.every((service, index) => looksSince(service, index) >= 2));

    for (const eventId of eventIds) {
      expect(await verdictsPerEnrollment(kit.db, eventId)).toEqual(Array(PEOPLE).fill(1));
      const ended = await runs(kit.db, eventId);
      expect(ended.filter(({ status }) => status === 'succeeded').length).toBeGreaterThan(0);
      expect(ended.filter(({ status }) => status === 'running')).toEqual([]);
    }
    expect(
      of('turnout.event.closed.v1')
        .map(({ subject }) => subject)
        .toSorted(),
    ).toEqual(eventIds.toSorted());
    const attended = of('turnout.participant.attended.v1').map(({ subject }) => subject);
    expect(attended).toHaveLength((EVENTS * PEOPLE) / 2);
    expect(new Set(attended).size).toBe(attended.length);
    expect(of('turnout.participant.no-show.v1')).toHaveLength((EVENTS * PEOPLE) / 2);
    expect(of('turnout.event.closure-failed.v1')).toEqual([]);
    expect(new Set(received.map(({ id }) => id)).size).toBe(received.length);
  });

  it('stop cleanly when they are told to', async () => {
    for (const service of services) service.process.kill('SIGTERM');
    expect(await Promise.all(services.map(({ exited }) => exited))).toEqual([0, 0]);
  });
});
