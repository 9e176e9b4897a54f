import { declareBroker } from '@turnout/broker/declare-broker';
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

/** Faults that leave all servers where they are. */
export const faultsWithin: readonly Fault[] = [
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
      await waitUntil(async () => (await rehearsal.db.query(longOwed)).length > 0, { within: 20_000 });
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
    what: 'a message can not be read',
    fires: ['DeadLetters'],
    async cause({ amqpUrl }) {
      await onBroker(amqpUrl, async (channel) => void channel.sendToQueue(notifierQueue, Buffer.from('no')));
    },
  },
  {
    what: 'PostgreSQL answers late',
    fires: ['ScanLatencyBurnFast', 'ScanLatencyBurnSlow'],
    cause: async ({ doorDatabase }) => doorDatabase.delay(150),
  },
];

/** A broker that has lost its queues; to be healed, or nothing arrives any more. */
export const lostBindings: Fault = {
  what: 'no queue takes what is published',
  fires: ['MessagesReturned'],
  async cause({ amqpUrl }) {
    await onBroker(amqpUrl, async (channel) => {
      const [unrouted] = publicTopology.bindings;
      await channel.unbindQueue(unrouted.queue, unrouted.exchange, unrouted.routingKey);
      await channel.unbindQueue(notifierQueue, eventsExchange, 'turnout.#');
    });
  },
};

export const healBindings = async ({ amqpUrl }: Rehearsal) => await declareBroker({ url: amqpUrl });

/** Faults after which servers or services are away. */
export const faultsOfServers: readonly Fault[] = [
  {
    what: 'the broker is away',
    fires: ['OutboxOld', 'RelayStopped'],
    async cause(rehearsal) {
      rehearsal.broker.cut();
      // Something to announce: a verdict.
      await (await givenEndedEvent(rehearsal)).letGo();
    },
  },
  {
    what: 'PostgreSQL is away',
    fires: ['ScanErrorsBurnFast', 'ScanErrorsBurnSlow'],
    cause: async ({ doorDatabase }) => doorDatabase.cut(),
  },
  {
    what: 'a service is killed',
    fires: ['TargetDown', 'ServiceDown'],
    cause: async ({ admin }) => void process.kill(admin.pid, 'SIGKILL'),
  },
];

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
