import type { Tx } from '@turnout/runtime/postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hashOfSeal } from '../src/chain.ts';
import { faultSentences } from '../src/fault-sentence.ts';
import { type AuditFault, verifyAudit } from '../src/verify.ts';
import { verifyCommand } from '../src/verify-command.ts';
import { act, byForce, enroll, sealAll, startWorld, type World } from './support.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
  await enroll(world, 3);
  await act(world);
  await sealAll(world);
  await enroll(world, 2);
  await sealAll(world);
});
afterAll(() => world[Symbol.asyncDispose]());

const verify = (options: { head?: string; since?: string } = {}) =>
  verifyAudit(world.service, { organizationId: world.organization.id, ...options });

interface Tampered {
  fault: AuditFault | null;
  sentences: string;
}

/**
 * What is found after a superuser has run these statements with triggers and foreign keys off; then they are undone.
 */
async function afterForce(
  work: string[] | ((tx: Tx) => Promise<void>),
  options: { head?: string; since?: string } = {},
): Promise<Tampered> {
  const undo = new Error('undo');
  let fault: AuditFault | null | undefined;
  const tampering = world.owner.transaction(async (tx) => {
    await tx.query('set local session_replication_role = replica');
    if (typeof work === 'function') await work(tx);
    else for (const statement of work) await tx.query(statement);
    const [report] = await verifyAudit(tx, { organizationId: world.organization.id, ...options });
    fault = report?.fault;
    throw undo;
  });
  await expect(tampering).rejects.toBe(undo);
  if (fault === undefined) throw new Error('there was no report');
  return { fault, sentences: fault ? faultSentences(fault).join(' ') : '' };
}

/** The ids of all rows in the order of the chain. */
async function chain(): Promise<{ kind: string; id: string; number: number }[]> {
  return await world.owner.query(
    `select line ->> 'kind' as kind, line ->> 'id' as id, number
     from audit.seals, unnest(string_to_array(content, E'\\n')::jsonb[]) with ordinality as l (line, place)
     order by number, place`,
  );
}

const transitions = async () =>
  (await chain()).filter(({ kind }) => kind === 'transition').map(({ id }) => id);

it('says that everything is as it was sealed, and where the chain ends', async () => {
  const [report] = await verify();
  expect(report).toMatchObject({ rows: 6, fault: null, waiting: 0 });
  expect(report?.head?.hash).toMatch(/^[0-9a-f]{64}$/);
  expect(await verify({ head: report?.head?.hash ?? '' })).toEqual([report]);
});

describe('names the first row that', () => {
  it('was changed, with what it was', async () => {
    const [, second, third] = await transitions();
    const { fault, sentences } = await afterForce([
      `update attendance.transitions set reason = 'because' where transition_id in ('${second}', '${third}')`,
    ]);
    expect(fault).toMatchObject({ problem: 'row_changed', row: { kind: 'transition', id: second } });
    expect(sentences).toContain('reason is "because", and was sealed as "enrolled"');
  });

  it.each([
    ['at', `at + interval '1 microsecond'`],
    ['actor', `'{"type":"system","id":"x"}'`],
    ['event_id', 'gen_random_uuid()'],
    ['organization_id', 'gen_random_uuid()'],
    ['message_id', 'gen_random_uuid()'],
    ['xid', 'null'],
  ])('was changed in its %s', async (column, value) => {
    const [id] = await transitions();
    const { fault } = await afterForce([
      `update attendance.transitions set ${column} = ${value} where transition_id = '${id}'`,
    ]);
    expect(fault).toMatchObject({ problem: 'row_changed', row: { id } });
  });

  it('was changed among the actions', async () => {
    const { fault } = await afterForce([`update access.actions set details = '{"quantity": 1}'`]);
    expect(fault).toMatchObject({ problem: 'row_changed', row: { kind: 'action' } });
  });

  it.each(['first', 'middle', 'last'])('was removed: the %s', async (which) => {
    const rows = await transitions();
    const id = { first: rows[0], middle: rows[2], last: rows.at(-1) }[which];
    const { fault, sentences } = await afterForce([
      `delete from attendance.transitions where transition_id = '${id}'`,
    ]);
    expect(fault).toMatchObject({ problem: 'row_removed', row: { id }, sealed: { reason: 'enrolled' } });
    expect(sentences).toContain(`"id":"${id}"`);
  });

  it.each([
    ['the transaction of its neighbour', 'xid'],
    ['no transaction', 'null'],
    ['a transaction of the past', `'3'`],
    ['a transaction that is still to come', `'99999999999'`],
  ])('was put in, and names %s', async (_title, xid) => {
    const { fault } = await afterForce([copyOfARow({ at: 'at', xid })]);
    expect(fault).toMatchObject({ problem: 'row_inserted', found: { reason: 'was there', version: 2 } });
  });

  it('took the place of another', async () => {
    const [, second, third] = await transitions();
    const aside = '00000000-0000-0000-0000-000000000001';
    const rename = (from: string | undefined, to: string | undefined) =>
      `update attendance.transitions set transition_id = '${to}' where transition_id = '${from}'`;
    const { fault } = await afterForce([rename(second, aside), rename(third, second), rename(aside, third)]);
    expect(fault).toMatchObject({ problem: 'row_changed', row: { id: second } });
  });
});

describe('finds that the seals', () => {
  it('were changed with the row', async () => {
    const [id] = await transitions();
    const { fault } = await afterForce([
      `update attendance.transitions set reason = 'because' where transition_id = '${id}'`,
      `update audit.seals set content = replace(content, '"enrolled"', '"because"') where number = 1`,
    ]);
    expect(fault).toMatchObject({ problem: 'seal_changed', seal: 1 });
  });

  it('were made to cover a row that was put in', async () => {
    const { fault } = await afterForce([
      copyOfARow({ at: 'at', xid: 'xid' }),
      `update audit.seals set ids = ids || (select transition_id from attendance.transitions where version = 2)
       where number = 1`,
    ]);
    expect(fault).toMatchObject({ problem: 'seal_changed', seal: 1 });
  });

  it.each([
    ['min', 'seal_missing'],
    ['max', 'row_inserted'],
  ])('were removed, the %s of them', async (end, problem) => {
    const { fault } = await afterForce([
      `delete from audit.seals where number = (select ${end}(number) from audit.seals)`,
    ]);
    expect(fault).toMatchObject({ problem });
  });

  it('were all made anew, where the hash was noted elsewhere', async () => {
    const noted = (await verify())[0]?.head?.hash ?? '';
    const sealAnew = async (tx: Tx) => {
      await tx.query(`update attendance.transitions set reason = 'because'`);
      await tx.query(`update audit.seals set content = replace(content, '"enrolled"', '"because"')`);
      let before = world.organization.id;
      for (const { number, content } of await tx.query<{ number: number; content: string }>(
        'select number, content from audit.seals order by number',
      )) {
        before = hashOfSeal(before, content);
        await tx.query(`update audit.seals set hash = decode($1, 'hex') where number = $2`, [before, number]);
      }
    };
    expect((await afterForce(sealAnew)).fault).toBeNull();
    expect((await afterForce(sealAnew, { head: noted })).fault).toMatchObject({ problem: 'head_missing' });
    expect((await afterForce(sealAnew, { since: noted })).fault).toMatchObject({ problem: 'head_missing' });
  });
});

it('looks at what came after a hash that was noted, and takes the rest to be right', async () => {
  const rows = await transitions();
  const [seal] = await world.owner.query<{ hash: string }>(
    `select encode(hash, 'hex') as hash from audit.seals where number = 1`,
  );
  const since = seal?.hash ?? '';
  const change = `update attendance.transitions set reason = 'because' where transition_id = '${rows[0]}'`;
  const remove = `delete from attendance.transitions where transition_id = '${rows.at(-1)}'`;
  expect((await afterForce([change], { since })).fault).toBeNull();
  expect((await afterForce([change, remove], { since })).fault).toMatchObject({ row: { id: rows.at(-1) } });
});

it('tells rows that wait to be sealed from rows that were put in', async () => {
  await using own = await startWorld();
  await enroll(own, 1);
  await sealAll(own);
  await enroll(own, 2);
  const [report] = await verifyAudit(own.service, { organizationId: null });
  expect(report).toMatchObject({ fault: null, rows: 1, waiting: 2 });
  expect(report?.waitingSeconds).toBeGreaterThanOrEqual(0);
});

it('names a row that was put in as of now with a time of the past, once it is sealed', async () => {
  await using own = await startWorld();
  await enroll(own, 2);
  await sealAll(own);
  await enroll(own, 2);
  await sealAll(own);
  await byForce(own, copyOfARow({ at: `at - interval '2 hours'` }));
  await sealAll(own);
  const [report] = await verifyAudit(own.service, { organizationId: null });
  expect(report?.fault).toMatchObject({ problem: 'row_backdated', found: { reason: 'was there' } });
});

/** A second transition of somebody, with what else it says of itself. */
function copyOfARow(columns: Record<string, string>): string {
  return `
    insert into attendance.transitions (event_id, enrollment_id, version, transition_id, organization_id, to_status,
      from_status, triggered_by, actor, reason, cause, ${Object.keys(columns).join(', ')})
    select event_id, enrollment_id, 2, gen_random_uuid(), organization_id, 'attended', 'confirmed', 'admin', actor,
      'was there', 'x', ${Object.values(columns).join(', ')}
    from attendance.transitions limit 1`;
}

it('as a command ends with 0 where all is right, with 1 and the row where it is not, and refuses what it does not know', async () => {
  await using own = await startWorld();
  const [removed] = await enroll(own, 2);
  await sealAll(own);
  const run = async (...args: string[]) => {
    const [lines, said]: [string[], string[]] = [[], []];
    const databaseUrl = own.database.urlFor('admin');
    const code = await verifyCommand({
      args,
      databaseUrl,
      print: (line) => lines.push(line),
      say: (line) => said.push(line),
    });
    return { code, text: lines.join('\n'), said: said.join('\n') };
  };
  const { slug } = own.organization;
  const fine = await run('--organization', slug);
  expect(fine).toMatchObject({ code: 0, text: expect.stringContaining(`${slug}: 2 rows`) });
  const head = /[0-9a-f]{64}/.exec(fine.text)?.[0] ?? '';
  expect((await run('--head', head)).code).toBe(0);
  expect(await run('--head', '0'.repeat(64))).toMatchObject({
    code: 1,
    text: expect.stringContaining('you noted'),
  });
  for (const wrong of [['--organization', 'nobody'], ['--head', 'x'], ['--what'], ['more']]) {
    expect(await run(...wrong)).toMatchObject({ code: 2, text: '', said: expect.stringMatching(/./) });
  }
  await byForce(own, `delete from attendance.transitions where enrollment_id = '${removed}'`);
  const broken = await run();
  expect(broken).toMatchObject({ code: 1, text: expect.stringContaining(`enrollment ${removed}`) });
});
