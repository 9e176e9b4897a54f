import { setTimeout as pause } from 'node:timers/promises';
import { newId } from '@turnout/runtime/ids';
import { seedEvent } from '../checkin/seed.ts';
import { watchMemory } from '../memory.ts';
import { type Contestant, startService } from '../programs.ts';
import { type Steady, sendSteadily } from '../steady.ts';
import type { Row } from '../table.ts';
import { type Bench, NO_BROKER } from './bench.ts';
import { closeByService } from './close-by-service.ts';
import { requireVerdicts, seedEndedEvents, settle } from './seed.ts';

const SMALLER = 100_000;
const LARGER = 1_000_000;
/** Check-ins of another event, and for how long they are measured by themselves. */
const SCANS_PER_SECOND = 300;
const ALONE_MS = 20_000;
const SCANNED_PEOPLE = 20_000;

/**
 * Closing ten times as many people: the time, the memory, and what check-ins of another event notice. The times are
 * taken without check-ins; a second event of the smaller size is closed while they go on.
 */
export async function benchmarkMillion(bench: Bench): Promise<Row[]> {
  const { stand, db, organizationId } = bench;
  const closure = await startService(stand, 'closure', NO_BROKER);
  using memory = watchMemory(closure.unit.pid);
  const seed = async (people: number) => {
    stand.say(`a million: enrolling ${people.toLocaleString('en-US')} people`);
    const [eventId = ''] = await seedEndedEvents(db, organizationId, { events: 1, people });
    await settle(db);
    return eventId;
  };
  const close = async (eventId: string, people: number) => {
    memory.mark();
    const seconds = await closeByService(db, closure, { token: bench.tokens.admin, eventId });
    await requireVerdicts(db, eventId, people);
    stand.say(
      `a million: closed ${people.toLocaleString('en-US')} in ${seconds.toFixed(1)} s, ${memory.peak().toFixed(0)} MB`,
    );
    return { seconds, megabytes: memory.peak() };
  };

  await close(await seed(SMALLER), SMALLER);
  const smaller = await close(await seed(SMALLER), SMALLER);
  const larger = await close(await seed(LARGER), LARGER);
  const smallerAgain = await close(await seed(SMALLER), SMALLER);

  const meanwhileId = await seed(LARGER / 2);
  const checkin = await startService(stand, 'checkin');
  const scan = await scanner(bench, checkin);
  await scan(pause(5_000));
  const alone = await scan(pause(ALONE_MS));
  const closing = close(meanwhileId, LARGER / 2);
  const meanwhile = await scan(closing);
  stand.say(`check-ins alone: ${told(alone)}; while an event is closed: ${told(meanwhile)}`);
  await Promise.all([closure.unit.stop(), checkin.unit.stop()]);

  return [
    {
      what: 'closing 1,000,000; beside 100,000',
      unit: 's',
      floor: (smaller.seconds + smallerAgain.seconds) / 2,
      measured: larger.seconds,
      target: { atMost: 11 },
    },
    {
      what: 'memory of it at most; beside that of 100,000 and 100 MB',
      unit: 'MB',
      floor: smaller.megabytes + 100,
      measured: larger.megabytes,
      target: { atMost: 1 },
    },
    {
      what: 'check-ins of another event meanwhile; beside alone',
      unit: '/s',
      floor: alone.rate,
      measured: meanwhile.rate,
      target: { atLeast: 0.8 },
    },
  ];
}

/** Scans people of an event that runs now, over and over, until the promise settles. */
async function scanner(
  { db, organizationId, tokens }: Bench,
  { url }: Contestant,
): Promise<(until: Promise<unknown>) => Promise<Steady>> {
  const { eventId, codes } = await seedEvent(db, organizationId, SCANNED_PEOPLE);
  let next = 0;
  const body = () => {
    next += 1;
    return { scanId: newId(), accessCode: codes[next % codes.length], station: 'Door A' };
  };
  const path = `/v1/events/${eventId}/check-ins`;
  return async (until) =>
    await sendSteadily({ url, path, token: tokens.device, rate: SCANS_PER_SECOND, body }, until);
}

function told({ offered, rate, p50, p99 }: Steady): string {
  const ms = (value: number) => `${value.toFixed(1)} ms`;
  return `${rate.toFixed(0)} of ${offered.toFixed(0)} a second, p50 ${ms(p50)}, p99 ${ms(p99)}`;
}
