import { watchMemory } from '../memory.ts';
import { startService } from '../programs.ts';
import { median } from '../statistics.ts';
import type { Row } from '../table.ts';
import { type Bench, NO_BROKER } from './bench.ts';
import { closeByService } from './close-by-service.ts';
import { closeByStatement } from './floor.ts';
import { requireVerdicts, seedEndedEvents, settle } from './seed.ts';

export const PEOPLE = 100_000;
const ROUNDS = 5;

/** Closing one large event beside the statement that does the same writes, in turns, each with an event of its own. */
export async function benchmarkOneEvent(bench: Bench): Promise<Row[]> {
  const { stand, db, organizationId, tokens } = bench;
  const closure = await startService(stand, 'closure', NO_BROKER);
  using memory = watchMemory(closure.unit.pid);
  const contestants = {
    statement: (eventId: string) => closeByStatement(db, eventId),
    service: (eventId: string) => closeByService(db, closure, { token: tokens.admin, eventId }),
  };
  const run = async (who: keyof typeof contestants, people = PEOPLE) => {
    const [eventId = ''] = await seedEndedEvents(db, organizationId, { events: 1, people });
    await settle(db);
    const seconds = await contestants[who](eventId);
    await requireVerdicts(db, eventId, people);
    return seconds;
  };

  stand.say('one event: warming up');
  await run('statement', PEOPLE / 5);
  await run('service', PEOPLE / 5);
  memory.mark();
  const seconds = { statement: [] as number[], service: [] as number[] };
  for (let round = 1; round <= ROUNDS; round += 1) {
    // In turns, and each as often first as second.
    const turns = round % 2 === 0 ? (['statement', 'service'] as const) : (['service', 'statement'] as const);
    for (const who of turns) seconds[who].push(await run(who));
    const [ours = 0, floor = 0] = [seconds.service.at(-1), seconds.statement.at(-1)];
    stand.say(
      `one event, round ${round} of ${ROUNDS}: statement ${floor.toFixed(1)} s, service ${ours.toFixed(1)} s`,
    );
  }
  stand.say(`memory of closure-service at most ${memory.peak().toFixed(0)} MB`);
  await closure.unit.stop();
  return [
    {
      what: 'closing 100,000 enrollments; beside one statement',
      unit: 's',
      floor: median(seconds.statement),
      measured: median(seconds.service),
      target: { atMost: 1.5 },
    },
  ];
}
