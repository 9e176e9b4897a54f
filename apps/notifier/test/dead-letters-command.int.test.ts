import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { notifierDeadLetterQueue } from '@turnout/contracts/topology';
import { newId } from '@turnout/runtime/ids';
import { programEnvironment } from '@turnout/test-kit/program-environment';
import { waitUntil } from '@turnout/test-kit/wait-until';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startNotifier } from '../src/service.ts';
import { attendedEvent } from './support/events.ts';
import { openPostOffice, type PostOffice } from './support/post-office.ts';
import { publishRaw } from './support/publish-raw.ts';

interface Ended {
  code: number;
  stdout: string;
  lines: string[];
  stderr: string;
}

const someId = '0197a000-0000-7000-8000-000000000001';

describe('npm run dead-letters', () => {
  const opened = new AsyncDisposableStack();
  let office: PostOffice;

  beforeAll(async () => {
    office = opened.use(await openPostOffice());
    opened.use(await startNotifier(office.config));
  });
  beforeEach(async () => {
    await office.db.query(
      'truncate notifier.dead_letters, notifier.dead_letter_actions, notifier.deliveries, notifier.inbox cascade',
    );
  });
  afterAll(async () => {
    await opened.disposeAsync();
  });

  const run = (args: string[], env: Record<string, string> = {}): Promise<Ended> =>
    new Promise((resolve) => {
      const cwd = fileURLToPath(new URL('..', import.meta.url));
      const environment = {
        ...programEnvironment(),
        DATABASE_URL: office.config.database.url,
        AMQP_URL: office.vhost.amqpUrl,
        ...env,
      };
      execFile(
        process.execPath,
        ['src/cli.ts', ...args],
        { cwd, env: environment, timeout: 25_000 },
        (error, stdout, stderr) => {
          const lines = stdout.trimEnd().split('\n');
          resolve({
            code: typeof error?.code === 'number' ? error.code : error ? -1 : 0,
            stdout,
            lines,
            stderr,
          });
        },
      );
    });

  /** Events that an older release could not read, and one message that nobody can, dead in this order. */
  async function given(readable: number): Promise<{ ids: string[]; events: { id: string }[] }> {
    const people = await office.people(readable);
    const events = people.map((person) => attendedEvent(person));
    const dead = [
      ...events.map((body) => ({ messageId: body.id, body })),
      { messageId: newId(), body: 'poison' },
    ];
    for (const [index, message] of dead.entries()) {
      await publishRaw(office.vhost.amqpUrl, [{ exchange: notifierDeadLetterQueue, ...message }]);
      await waitUntil(async () => (await office.deadMessages()).length === index + 1);
    }
    return { ids: (await office.deadMessages()).map(({ letter_id }) => letter_id), events };
  }

  const statuses = async () => (await office.deadMessages()).map(({ status }) => status);

  it('lists what is dead, newest first, and ends with one line', async () => {
    const { ids } = await given(2);
    const { code, lines } = await run(['list']);
    expect(code).toBe(0);
    expect(lines.map((line) => line.split('  ')[0])).toEqual([...ids.toReversed(), '3 dead letters.']);
    expect(lines[0]).toMatch(/ {2}broker {2}not_json {2}unknown type {2}no organization {2}6 bytes$/);
    expect(lines[1]).toContain(office.organization.id);
    expect((await run(['list', '--limit', '1'])).lines).toEqual([
      lines[0],
      '1 dead letter. There are more; raise --limit.',
    ]);
    expect((await run(['list', '--type', 'turnout.participant.attended.v1'])).lines).toHaveLength(3);
    expect((await run(['list', '--since', '2999-01-01T00:00:00Z'])).lines).toEqual([
      'There are no dead letters.',
    ]);
  });

  it('shows one with what was done to it, and not what it holds', async () => {
    const { ids } = await given(0);
    const [id = ''] = ids;
    const { code, stdout } = await run(['show', id]);
    expect(code).toBe(0);
    expect(stdout).toMatch(new RegExp(`Dead letter ${id} is dead.\n$`));
    expect(JSON.parse(stdout.slice(0, stdout.lastIndexOf('}') + 1))).toMatchObject({
      id,
      bytes: 6,
      actions: [],
    });
    expect(stdout).not.toContain('"poison"');
    expect(await run(['show', newId()])).toMatchObject({ code: 1, stdout: '' });
  });

  it('replays those named, as an operator, and a second time changes nothing', async () => {
    const { ids, events } = await given(2);
    const [first = '', second = '', poison = ''] = ids;
    const ended = await run(['replay', second, first]);
    expect(ended).toMatchObject({ code: 0, stdout: 'Replayed 2 of 2 dead letters.\n' });
    await waitUntil(async () => (await office.deliveries()).length === 2);
    expect((await office.deliveries()).map(({ message_id }) => message_id).toSorted()).toEqual(
      events.map(({ id }) => id).toSorted(),
    );
    expect(await office.db.query('select action, actor, cause from notifier.dead_letter_actions')).toEqual(
      Array(2).fill({
        action: 'replayed',
        actor: { type: 'operator' },
        cause: expect.stringMatching(/^dead-letters /),
      }),
    );
    expect(await run(['replay', first])).toMatchObject({
      code: 0,
      stdout: 'Replayed 0 of 1 dead letter; 1 already replayed.\n',
    });

    const unknown = newId();
    const missing = await run(['replay', first, unknown]);
    expect(missing.code).toBe(1);
    expect(missing.stderr).toContain(`${unknown}: there is no such dead letter`);
    expect(missing.stderr.trimEnd().split('\n').at(-1)).toBe(
      'Replayed 0 of 2 dead letters; 1 already replayed; 1 refused, see above.',
    );

    await run(['replay', poison]);
    await waitUntil(async () => (await office.deadMessages()).some(({ deaths }) => deaths === 2));
  });

  it('replays those of a type since a time, the oldest first, as many as asked for', async () => {
    const { events } = await given(3);
    const args = ['replay', '--type', 'turnout.participant.attended.v1', '--since', '2026-01-01T00:00:00Z'];
    expect(await run([...args, '--limit', '2'])).toMatchObject({
      code: 0,
      stdout: 'Replayed 2 of 2 dead letters.\n',
    });
    expect(await statuses()).toEqual(['replayed', 'replayed', 'dead', 'dead']);
    await waitUntil(async () => (await office.inboxSize()) === 2);
    expect((await office.deliveries()).map(({ message_id }) => message_id)).not.toContain(events[2]?.id);
  });

  it('drops with a reason, and says what it would do without doing it', async () => {
    const { ids } = await given(1);
    const dry = await run(['drop', '--limit', '10', '--reason', 'test data', '--dry-run']);
    expect(dry).toMatchObject({ code: 0 });
    expect(dry.lines.at(-1)).toBe('Would drop 2 dead letters; nothing was changed.');
    expect(await run(['replay', ...ids, '--dry-run'])).toMatchObject({ code: 0 });
    expect(await statuses()).toEqual(['dead', 'dead']);

    const dropped = await run(['drop', ...ids, '--reason', 'test data']);
    expect(dropped).toMatchObject({ code: 0, stdout: 'Dropped 2 of 2 dead letters.\n' });
    expect(await statuses()).toEqual(['dropped', 'dropped']);
    expect(await office.db.query('select distinct drop_reason, body from notifier.dead_letters')).toEqual([
      { drop_reason: 'test data', body: null },
    ]);
    const late = await run(['replay', ids[0] ?? '']);
    expect(late.code).toBe(1);
    expect(late.stderr).toContain('It was dropped at');
  });

  it.each([
    [[], 'A command is missing.'],
    [['resurrect'], 'There is no command resurrect.'],
    [['show'], 'Give the id of one dead letter'],
    [['show', '17'], '17 is not the id'],
    [['replay'], 'Give the ids of the letters, or select'],
    [['drop', '--limit', '5'], '--reason must say why'],
    [['drop', someId, '--limit', '5', '--reason', 'both'], 'not both'],
    [['replay', someId, '--reason', 'because'], 'Only drop takes --reason'],
    [['list', '--dry-run'], 'leave out --dry-run'],
    [['list', '--since', 'yesterday'], '--since must be a time'],
    [['list', '--limit', '0'], '--limit must be a whole number'],
    [['list', '--everything'], 'everything'],
  ])('explains itself when it is called wrongly: %j', async (args, problem) => {
    const { code, stdout, stderr } = await run(args as string[], { DATABASE_URL: '' });
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(problem);
    expect(stderr).toContain('usage: npm run dead-letters');
  });

  it('says what is missing when a server is', async () => {
    const { ids } = await given(1);
    const database = await run(['list'], { DATABASE_URL: 'postgres://127.0.0.1:1/none' });
    expect(database.code).toBe(1);
    expect(database.stderr).toContain("PostgreSQL can't be used");
    const broker = await run(['replay', ids[0] ?? ''], { AMQP_URL: '' });
    expect(broker.code).toBe(1);
    expect(broker.stderr).toContain('AMQP_URL');
    expect(await statuses()).toEqual(['dead', 'dead']);
  });
});
