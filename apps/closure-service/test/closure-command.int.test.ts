import { givenEnrollments } from '@turnout/test-kit/given';
import { waitUntil } from '@turnout/test-kit/wait-until';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  type ClosingKit,
  checkIn,
  givenThreeDays,
  messages,
  openClosingKit,
  runs,
  verdictsPerEnrollment,
} from './closing-kit.ts';
import { freeLocalPort } from './free-local-port.ts';
import { serviceConfig, serviceEnvironment } from './service-config.ts';
import { type Spawned, spawnClosure } from './spawn-closure.ts';

describe('npm run event:closure', () => {
  const opened = new AsyncDisposableStack();
  const spawned: Spawned[] = [];
  let kit: ClosingKit;

  beforeAll(async () => {
    kit = opened.use(await openClosingKit());
  });
  afterEach(async () => {
    await Promise.all(spawned.splice(0).map((one) => one[Symbol.asyncDispose]()));
  });
  afterAll(async () => {
    await opened.disposeAsync();
  });

  const run = (args: string[], env: NodeJS.ProcessEnv = {}) => {
    const config = serviceConfig({ kit, amqpUrl: 'amqp://127.0.0.1', batchSize: 4 });
    const { AMQP_URL: _, LOG_LEVEL: __, ...environment } = serviceEnvironment(config);
    const process = spawnClosure('cli.ts', { ...environment, ...env }, args);
    spawned.push(process);
    return process;
  };
  const end = async (args: string[], env?: NodeJS.ProcessEnv) => {
    const process = run(args, env);
    return { code: await process.exited, stdout: process.stdout(), stderr: process.stderr() };
  };
  const given = async (count: number) => {
    const eventId = await givenThreeDays(kit, { requirement_type: 'any_day', requirement_days: null });
    const people = (await givenEnrollments(kit.db, kit.organization.id, eventId, count)).map(({ id }) => id);
    await checkIn(kit, eventId, people.slice(0, count / 2), '2026-05-01T10:00:00+02:00');
    return { eventId, people };
  };

  it('closes one event, tells how far it is, and ends with one line', async () => {
    const { eventId } = await given(10);
    const { code, stdout, stderr } = await end([eventId]);
    const [row] = await runs(kit.db, eventId);
    expect(stdout).toBe(`Closed event ${eventId}: 5 attended, 5 no-show (run ${row?.run_id}).\n`);
    // On a busy machine it may also say that Redis does not answer.
    const progress = stderr.split('\n').filter((line) => line.startsWith('closed '));
    expect(progress).toEqual(['closed 4 of 10 …', 'closed 8 of 10 …', 'closed 10 of 10 …']);
    expect(code).toBe(0);
    expect(row).toMatchObject({ trigger: 'command', status: 'succeeded' });
    const traces = await kit.db.query<{ trace: string; messages: number }>(
      `select split_part(headers->>'traceparent', '-', 2) as trace, count(*)::int as messages
       from outbox.messages where partition_key = $1 group by trace`,
      [eventId],
    );
    // Ten verdicts and the event, beside the check-ins before it.
    expect(traces).toContainEqual({ trace: expect.stringMatching(/^[0-9a-f]{32}$/), messages: 11 });

    const again = await end([eventId]);
    expect(again).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('nobody was left to judge'),
    });
  });

  it('goes on where a process was killed in the middle, with one verdict each', async () => {
    const { eventId, people } = await given(20);
    const locked = Promise.withResolvers<void>();
    const done = Promise.withResolvers<void>();
    // Its third batch waits for this row, so the process is in the middle of it when it is killed.
    const holder = kit.db.transaction(async (tx) => {
      await tx.query('select 1 from attendance.enrollments where enrollment_id = $1 for update', [
        people[10],
      ]);
      locked.resolve();
      await done.promise;
    });
    await locked.promise;
    const killed = run([eventId]);
    await waitUntil(() => killed.stderr().includes('closed 8 of 20'));
    killed.process.kill('SIGKILL');
    expect(await killed.exited).toBeNull();
    done.resolve();
    await holder;

    // The lock of the dead process is still there: somebody else seems to be closing the event.
    const { code, stdout } = await end(['--due'], {
      REDIS_URLS: `redis://127.0.0.1:${await freeLocalPort()}`,
    });
    expect(stdout).toBe('Closed 1 of 1 due event.\n');
    expect(code).toBe(0);
    expect(await verdictsPerEnrollment(kit.db, eventId)).toEqual(Array(20).fill(1));
    expect(await messages(kit.db, eventId, 'turnout.participant.attended.v1')).toHaveLength(10);
    expect(await messages(kit.db, eventId, 'turnout.event.closed.v1')).toHaveLength(1);
    expect((await runs(kit.db, eventId)).map(({ status }) => status)).toEqual(['failed', 'succeeded']);
  });

  it('says what is wrong, and exits with 2 where it was asked wrongly, otherwise with 1', async () => {
    const running = await givenThreeDays(kit, { ends_at: new Date(Date.now() + 60_000) });
    const unknown = '01970000-0000-7000-8000-000000000000';
    const answers = await Promise.all([
      end([running]),
      end([unknown]),
      end(['tomorrow']),
      end([]),
      end(['--now']),
      end([unknown], { DATABASE_URL: '' }),
      end([unknown], { DATABASE_URL: `postgres://nobody@127.0.0.1:${await freeLocalPort()}/none` }),
    ]);
    expect(answers.map(({ code }) => code)).toEqual([1, 1, 2, 2, 2, 1, 1]);
    expect(answers.map(({ stdout }) => stdout)).toEqual(Array(7).fill(''));
    expect(answers.map(({ stderr }) => stderr)).toEqual([
      expect.stringContaining('Close it after that'),
      expect.stringContaining('There is no such event'),
      expect.stringContaining('usage: npm run event:closure'),
      expect.stringContaining('usage: npm run event:closure'),
      expect.stringContaining('usage: npm run event:closure'),
      expect.stringContaining('DATABASE_URL is not set'),
      expect.stringContaining("PostgreSQL can't be used"),
    ]);
  });

  it('says so when nothing is due', async () => {
    expect(await end(['--due'])).toMatchObject({ code: 0, stdout: 'No event is due.\n' });
  });
});
