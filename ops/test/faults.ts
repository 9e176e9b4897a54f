import { eventsExchange, notifierQueue, publicTopology } from '@turnout/contracts/topology';
import { waitUntil } from '@turnout/test-kit/wait-until';
import { type Channel, connect } from 'amqplib';
import { givenEndedEvent } from './busy-door.ts';
import type { Rehearsal } from './rehearsal.ts';

export interface Fault {
  /** What is wrong, in a sentence that begins after "when". */
  what: string;
  /** Which alerts it fires. */
  fires: readonly string[];
  cause(rehearsal: Rehearsal): Promise<void>;
}

/** What is slow, refused or cut off. */
const firstFaults: readonly Fault[] = [
  {
    what: 'the mail server refuses',
    fires: ['DeliveriesOld'],
    async cause(rehearsal) {
      rehearsal.mailbox.refuseNext(Number.POSITIVE_INFINITY);
      await (await givenEndedEvent(rehearsal)).letGo();
      // It has done so for an hour.
      const longOwed = `
        update notifier.deliveries set created_at = clock_timestamp() - interval '1 hour'
        where status = 'pending' returning 1`;
      await waitUntil(async () => (await rehearsal.db.query(longOwed)).length > 0);
    },
  },
  {
    what: 'the database refuses the verdict of somebody',
    fires: ['ClosureFailed', 'ClosureOverdue'],
    async cause(rehearsal) {
      const { eventId, letGo } = await givenEndedEvent(rehearsal);
      await rehearsal.db.query(`
        create function public.refuse() returns trigger language plpgsql as $$
        begin raise exception 'refused' using errcode = '23514'; end $$`);
      await rehearsal.db.query(`
        create trigger refuse before update on attendance.enrollments
        for each row when (new.event_id = '${eventId}') execute function public.refuse()`);
      await letGo();
    },
  },
  {
    what: 'the broker is away',
    fires: ['OutboxOld', 'RelayStopped', 'DependencyDown'],
    // People get in meanwhile, which is to be announced.
    cause: async ({ broker }) => broker.cut(),
  },
  {
    what: 'PostgreSQL answers late',
    fires: ['ScanLatencyBurnFast', 'ScanLatencyBurnSlow'],
    cause: async ({ doorDatabase }) => doorDatabase.delay(100),
  },
];

/** What is lost. Afterwards nothing is as it was. */
const secondFaults: readonly Fault[] = [
  {
    what: 'the notifier can not store what it hears',
    fires: ['QueueOld'],
    async cause({ db, prometheus }) {
      await db.query(`
        create function public.full() returns trigger language plpgsql as $$
        begin raise exception 'no space left' using errcode = '53100'; end $$`);
      await db.query(`
        create trigger full_disk before insert on notifier.inbox execute function public.full()`);
      const held = () => prometheus.query('sum(turnout_queue_messages) > 0');
      await waitUntil(async () => (await held()).length > 0, { every: 100 });
    },
  },
  {
    what: 'no queue takes what is published',
    fires: ['MessagesReturned'],
    async cause({ amqpUrl, prometheus }) {
      await onBroker(amqpUrl, async (channel) => {
        const [unrouted] = publicTopology.bindings;
        await channel.unbindQueue(unrouted.queue, unrouted.exchange, unrouted.routingKey);
        await channel.unbindQueue(notifierQueue, eventsExchange, 'turnout.#');
      });
      // The door's relay has seen it, before the faults that stop the door.
      const returned = () => prometheus.query('sum(outbox_relayed_total{outcome="returned"}) > 0');
      await waitUntil(async () => (await returned()).length > 0, { every: 100 });
    },
  },
  {
    what: 'a message cannot be read',
    fires: ['DeadLetters'],
    async cause({ amqpUrl }) {
      await onBroker(amqpUrl, async (channel) => void channel.sendToQueue(notifierQueue, Buffer.from('no')));
    },
  },
  {
    what: 'PostgreSQL is away',
    fires: ['ScanErrorsBurnFast', 'ScanErrorsBurnSlow', 'MeasurementsMissing'],
    cause: async ({ doorDatabase }) => doorDatabase.cut(),
  },
  {
    what: 'a service is killed',
    fires: ['TargetDown', 'ServiceDown'],
    cause: async ({ admin }) => void process.kill(admin.pid, 'SIGKILL'),
  },
];

/** Those of a stage are together, and none of them fires an alert of another. */
export const stages = [firstFaults, secondFaults];

async function onBroker(url: string, work: (channel: Channel) => Promise<void>): Promise<void> {
  const connection = await connect(url);
  connection.on('error', () => undefined); // the call that failed says the same
  try {
    const channel = await connection.createChannel();
    await work(channel);
    await channel.close();
  } finally {
    await connection.close();
  }
}
