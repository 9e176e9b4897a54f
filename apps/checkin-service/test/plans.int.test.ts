import { newId } from '@turnout/runtime/ids';
import { type Db, openDb, type Statement, type Tx } from '@turnout/runtime/postgres';
import {
  givenEnrollments,
  givenEvent,
  givenOrder,
  givenOrganization,
  givenProduct,
} from '@turnout/test-kit/given';
import { createTestDatabase, type TestDatabase } from '@turnout/test-kit/test-database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { annulCheckIn } from '../src/commands/annul-check-in.ts';
import { recordScans } from '../src/commands/record-scans.ts';
import type { SubmittedScan } from '../src/commands/submitted-scan.ts';

const HOUR = 3_600_000;

/** A node of a plan, as `explain (format json)` tells it. */
interface Node {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Cond'?: string;
  'Parent Relationship'?: string;
  Plans?: Node[];
}

// A plan is kept for some seconds, so it must be good before the tables have filled and been analyzed.
describe('the statements of a scan', () => {
  let database: TestDatabase;
  let db: Db;
  beforeAll(async () => {
    database = await createTestDatabase();
    db = openDb({ url: database.url, max: 1, applicationName: 'test', steadyPlans: true });
  });
  afterAll(async () => {
    await db?.[Symbol.asyncDispose]();
    await database?.drop();
  });

  it.each(['before anything is known of the tables', 'when they were analyzed with a few rows in them'])(
    'look each row up by its whole key, %s',
    async (when) => {
      const statements = new Map<string, Statement>();
      await scanEverything(recorderOf(db, statements));
      expect([...statements.keys()]).toEqual(
        expect.arrayContaining([
          'lock_enrollments',
          'load_batch',
          'load_batch_of_scans',
          'record_scans',
          'annul_check_ins',
        ]),
      );
      if (when.includes('analyzed')) await db.query('analyze');
      for (const statement of statements.values()) {
        // A table of three rows is joined whole by an update; the next plan, seconds later, knows that it has grown.
        if (when.includes('analyzed') && !/^(lock|load)_/.test(statement.name)) continue;
        for (const node of scansOf(await planOf(statement))) {
          const { 'Relation Name': table, 'Index Cond': condition } = node;
          const columns = [...(condition ?? '').matchAll(/\b(\w+) = /g)].map(([, column]) => column);
          const keyed = table === 'events' ? columns : columns.filter((column) => column !== 'event_id');
          expect(keyed, `${statement.name}: ${node['Node Type']} on ${table}: ${condition}`).not.toEqual([]);
        }
      }
    },
  );

  async function scanEverything(recorder: Db): Promise<void> {
    const organization = await givenOrganization(db);
    const eventId = await givenEvent(db, organization.id, {
      starts_at: new Date(Date.now() - HOUR),
      ends_at: new Date(Date.now() + HOUR),
    });
    const [person] = await givenEnrollments(db, organization.id, eventId, 3);
    if (!person) throw new Error('nobody was enrolled');
    const { accessCode, id } = person;
    const productId = await givenProduct(db, eventId);
    const order = { eventId, enrollmentId: id };
    const [lineItemId = ''] = await givenOrder(db, order, [{ productId, quantity: 2 }]);
    const principal = {
      organizationId: organization.id,
      tokenId: newId(),
      role: 'supervisor',
      label: 'desk',
      eventIds: null,
      station: null,
    } as const;
    const context = {
      actor: { type: 'token', id: principal.tokenId, label: 'desk' },
      cause: 'test',
    } as const;
    const checkIn = { scanId: newId(), direction: 'entry', admitUnpaid: false } as const;
    const scans: SubmittedScan[] = [
      { kind: 'check_in', scan: { ...checkIn, accessCode }, principal, context },
      { kind: 'check_in', scan: { ...checkIn, scanId: newId(), enrollmentId: id }, principal, context },
      { kind: 'redemption', scan: { scanId: newId(), accessCode, lineItemId }, principal, context },
      { kind: 'door_check', scan: { scanId: newId(), accessCode, productId }, principal, context },
    ];
    const answers = await recordScans(recorder, { organizationId: organization.id, eventId }, scans);
    expect(answers?.map(({ status }) => status)).toEqual([201, 201, 201, 201]);
    const [row] = await db.query<{ check_in_id: string }>(
      'select check_in_id from attendance.check_ins where event_id = $1',
      [eventId],
    );
    const annulled = await annulCheckIn(recorder, {
      principal,
      eventId,
      checkInId: row?.check_in_id ?? '',
      reason: 'test',
      requestId: 'test',
    });
    expect(annulled?.outcome).toBe('annulled');
  }

  async function planOf({ name, text }: Statement): Promise<Node> {
    const prepared = `explained_${name.replaceAll('-', '_')}`;
    await db.query(`prepare ${prepared} as ${text}`);
    const parameters = Math.max(0, ...[...text.matchAll(/\$(\d+)/g)].map(([, number]) => Number(number)));
    const nulls = parameters === 0 ? '' : `(${Array(parameters).fill('null').join(', ')})`;
    const [row] = await db.query<{ 'QUERY PLAN': { Plan: Node }[] }>(
      `explain (format json) execute ${prepared}${nulls}`,
    );
    await db.query(`deallocate ${prepared}`);
    if (!row?.['QUERY PLAN'][0]) throw new Error(`${name} has no plan`);
    return row['QUERY PLAN'][0].Plan;
  }
});

/** The nodes that read a table; those that only ask whether there is a row (`exists`) end at the first. */
function scansOf(node: Node): Node[] {
  const asks = node['Parent Relationship'] === 'InitPlan';
  const reads = node['Relation Name'] !== undefined && node['Node Type'].endsWith('Scan') && !asks;
  return [...(reads ? [node] : []), ...(node.Plans ?? []).flatMap(scansOf)];
}

/** The same database, which takes down every named statement of its transactions. */
function recorderOf(db: Db, statements: Map<string, Statement>): Db {
  const note = (statement: Statement | string) => {
    if (typeof statement !== 'string') statements.set(statement.name, statement);
  };
  return {
    ...db,
    transaction: (work) =>
      db.transaction((tx) => {
        const recorded: Tx = {
          tx: true,
          query: (statement, values) => {
            note(statement);
            return tx.query(statement, values);
          },
          send: (statement, values) => {
            note(statement);
            tx.send(statement, values);
          },
        };
        return work(recorded);
      }),
  };
}
