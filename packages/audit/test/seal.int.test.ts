import { spawn } from 'node:child_process';
import { createLogger } from '@turnout/runtime/logger';
import { waitUntil } from '@turnout/test-kit/wait-until';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { gather } from '../src/gather.ts';
import { sealOnce } from '../src/seal-once.ts';
import { startSealer } from '../src/sealer.ts';
import { verifyAudit } from '../src/verify.ts';
import { act, byForce, enroll, LONG, sealAll, startWorld, type World } from './support.ts';

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world[Symbol.asyncDispose]());

const never = new AbortController().signal;

const sealedIds = async () =>
  (await world.owner.query<{ id: string }>('select unnest(ids) as id from audit.seals')).map(({ id }) => id);

const auditIds = async () =>
  (
    await world.owner.query<{ id: string }>(
      'select transition_id as id from attendance.transitions union all select action_id from access.actions',
    )
  ).map(({ id }) => id);

async function expectAllSealedOnce(): Promise<void> {
  expect((await sealedIds()).toSorted()).toEqual((await auditIds()).toSorted());
  const reports = await verifyAudit(world.service, { organizationId: null });
  expect(reports.map(({ fault, waiting }) => ({ fault, waiting }))).toEqual([{ fault: null, waiting: 0 }]);
}

it('passes over no row, with eight writers, two sealers and one that is killed', async () => {
  const config = { url: world.database.urlFor('admin'), applicationName: 'test' };
  const logger = createLogger({ name: 'test', level: 'silent' });
  const program = new URL('./programs/seal.ts', import.meta.url).pathname;
  const victim = spawn(process.execPath, [program], { env: { ...process.env, DATABASE_URL: config.url } });
  const ended = new Promise((resolve) => victim.once('exit', resolve));
  {
    await using _one = startSealer({ database: config, logger, pollMs: 5 });
    await using _two = startSealer({ database: config, logger, pollMs: 5 });
    let written = 0;
    await Promise.all(
      Array.from({ length: 8 }, async (_, writer) => {
        for (let turn = 0; turn < 15; turn += 1) {
          if (writer % 4 === 3) await act(world);
          else await enroll(world, 1 + ((turn * 7) % 30));
          written += 1;
          if (written === 40) victim.kill('SIGKILL');
        }
      }),
    );
    await ended;
    await waitUntil(async () => (await sealedIds()).length >= (await auditIds()).length, LONG);
  }
  expect(victim.signalCode).toBe('SIGKILL');
  await expectAllSealedOnce();
});

it('waits for a transaction that began earlier, and then seals what it wrote', async () => {
  await sealAll(world);
  const held = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  const slow = world.owner.transaction(async (tx) => {
    await tx.query('select pg_current_xact_id()');
    begun.resolve();
    await held.promise;
    await tx.query(
      `insert into access.actions (organization_id, action_id, action, actor, cause)
       values ($1, gen_random_uuid(), 'event.changed', '{"type":"system","id":"test"}', 'slow')`,
      [world.organization.id],
    );
  });
  await begun.promise;
  await enroll(world, 3);
  const sealedBefore = await sealedIds();
  expect((await sealOnce(world.service)).sealed).toBe(0);
  expect(await sealedIds()).toEqual(sealedBefore);
  held.resolve();
  await slow;
  await sealAll(world);
  await expectAllSealedOnce();
});

it('seals a large transaction in parts, and each organization in a chain of its own', async () => {
  await enroll(world, 50);
  await sealAll(world);
  await enroll(world, 2_500);
  await waitUntil(async () => {
    await sealOnce(world.service, { batchSize: 700 });
    return (await sealedIds()).length === 2_550;
  }, LONG);
  await expectAllSealedOnce();
  const [progress] = await world.owner.query(
    'select last_xid > (select max(xid) from attendance.transitions) as "isPast" from audit.progress',
  );
  expect(progress).toEqual({ isPast: true }); // so looking for more does not look at all of it again
});

it('seals the rows that are older than the chain', async () => {
  await enroll(world, 5);
  await byForce(world, 'update attendance.transitions set xid = null');
  await act(world);
  await sealAll(world);
  await enroll(world, 5);
  await sealAll(world);
  await expectAllSealedOnce();
});

it('goes on in a cluster that was restored from a dump, whose transactions have other numbers', async () => {
  await enroll(world, 5);
  await sealAll(world);
  await enroll(world, 4);
  // As a dump leaves it: the numbers of another cluster, some of which this one has still to come to.
  await byForce(
    world,
    'update audit.progress set system_identifier = 1, last_xid = (last_xid::text::bigint + 1000000)::text::xid8',
    'update attendance.transitions set xid = (xid::text::bigint + 1000000)::text::xid8',
  );
  await byForce(
    world,
    `update audit.seals set content = (select string_agg(t.line, E'\\n' order by place) from
       unnest(string_to_array(content, E'\\n')) with ordinality as l (old, place)
       join lateral (select replace(l.old, '"xid" : "' || (l.old::jsonb ->> 'xid') || '"',
         '"xid" : "' || ((l.old::jsonb ->> 'xid')::bigint + 1000000) || '"') as line) t on true)`,
    `update audit.seals set hash = sha256(convert_to(organization_id || E'\\n' || content, 'UTF8')) where number = 1`,
  );
  // Written before anybody noticed that the cluster is another.
  await enroll(world, 3);
  expect((await sealOnce(world.service)).newCluster).toBe(true);
  expect(await verifyAudit(world.service, { organizationId: null })).toMatchObject([
    { fault: null, waiting: 7 },
  ]);
  await sealAll(world);
  await enroll(world, 2);
  await sealAll(world);
  await expectAllSealedOnce();
});

it('begins gathering anew when it was given up', async () => {
  await enroll(world, 5);
  await byForce(world, 'update attendance.transitions set xid = null');
  await expect(gather(world.service, AbortSignal.abort())).rejects.toThrow();
  expect(await sealedIds()).toEqual([]);
  expect((await gather(world.service, never)).sealed).toBe(5);
});

it('leaves seals that no service can change or remove', async () => {
  await enroll(world, 1);
  await sealAll(world);
  await expect(world.service.query('delete from audit.seals')).rejects.toThrow(/permission denied/);
  await expect(world.service.query(`update audit.seals set content = ''`)).rejects.toThrow(
    /permission denied/,
  );
  for (const statement of [
    'delete from audit.seals',
    `update audit.seals set content = ''`,
    'truncate audit.seals',
  ]) {
    await expect(world.owner.query(statement)).rejects.toThrow('seals are never changed or removed');
  }
});
