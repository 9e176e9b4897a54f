import { ensureOrganization, issueToken } from '@turnout/access/issue-token';
import { type Db, openDb } from '@turnout/runtime/postgres';
import { givenEvent } from '@turnout/test-kit/given';
import { watchMemory } from '../memory.ts';
import { type Contestant, startService } from '../programs.ts';
import { openStand } from '../stand.ts';
import { median } from '../statistics.ts';
import { printTable, type Row } from '../table.ts';
import { importByStatement, type Person } from './floor.ts';

const PEOPLE = 100_000;
const ROUNDS = 3;
const MINUTE = 60_000;

/**
 * `npm run bench -- import`: admin-service as it is shipped enrolls 100,000 people from a file, beside one statement
 * that writes the same rows from arrays: no file to read, nobody to look for, nothing to refuse. In turns.
 *
 * @returns whether every target was met, to within ten per cent
 */
export async function benchmarkImport(): Promise<boolean> {
  await using stand = await openStand();
  await using db = openDb({
    url: stand.databaseUrl,
    max: 2,
    applicationName: 'bench',
    queryTimeoutMs: 5 * MINUTE,
  });
  const organizationId = await ensureOrganization(db, 'bench');
  const all = { eventIds: null, station: null, expiresAt: null };
  const { token } = await issueToken(db, { organizationId, role: 'admin', label: 'bench', ...all });
  const admin = await startService(stand, 'admin', { AMQP_URL: 'amqp://127.0.0.1:1' });
  using memory = watchMemory(admin.unit.pid);

  const people = (round: string, count = PEOPLE) =>
    Array.from({ length: count }, (_, index) => person(round, index));
  const run = {
    statement: async (round: string) => {
      const eventId = await givenEvent(db, organizationId);
      return await importByStatement(db, { organizationId, eventId }, people(`s${round}`));
    },
    service: async (round: string, count = PEOPLE) => {
      const eventId = await givenEvent(db, organizationId);
      return await importByService(admin, token, eventId, people(`f${round}`, count));
    },
  };
  await run.service('warm', PEOPLE / 10);
  memory.mark();
  const seconds = { statement: [] as number[], service: [] as number[] };
  for (let round = 1; round <= ROUNDS; round += 1) {
    const turns = round % 2 === 0 ? (['statement', 'service'] as const) : (['service', 'statement'] as const);
    for (const who of turns) {
      await settle(db);
      seconds[who].push(await run[who](`${round}`));
    }
    const [ours = 0, floor = 0] = [seconds.service.at(-1), seconds.statement.at(-1)];
    stand.say(`round ${round} of ${ROUNDS}: statement ${floor.toFixed(1)} s, service ${ours.toFixed(1)} s`);
  }
  stand.say(`memory of admin-service at most ${memory.peak().toFixed(0)} MB`);
  await admin.unit.stop();
  const rows: Row[] = [
    {
      what: 'importing 100,000 people; beside one statement',
      unit: 's',
      floor: median(seconds.statement),
      measured: median(seconds.service),
      target: { atMost: 2.5 },
    },
  ];
  return printTable('admin-service', rows);
}

function person(round: string, index: number): Person {
  return {
    name: `Person ${index} of ${round}`,
    email: `person-${index}@${round}.example.org`,
    accessCode: `CODE-${round}-${index}-ABCDEFGH`,
    externalId: `${round}-${index}`,
  };
}

async function importByService(
  { url }: Contestant,
  token: string,
  eventId: string,
  people: readonly Person[],
): Promise<number> {
  const rows = people.map(({ name, email, accessCode, externalId }) =>
    [name, email, accessCode, externalId].join(),
  );
  const body = ['name,email,accessCode,externalId', ...rows].join('\n');
  const began = performance.now();
  const response = await fetch(`${url}/v1/events/${eventId}/enrollments/import`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'text/csv' },
    body,
  });
  const answer = (await response.json()) as { created?: number };
  if (answer.created !== people.length) throw new Error(`not imported: ${JSON.stringify(answer)}`);
  return (performance.now() - began) / 1000;
}

async function settle(db: Db): Promise<void> {
  await db.query('vacuum analyze attendance.participants');
  await db.query('vacuum analyze attendance.enrollments');
  await db.query('checkpoint');
}
