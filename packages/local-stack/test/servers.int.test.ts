import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { waitUntil } from '@turnout/test-kit/wait-until';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { processesOf } from '../src/leftovers.ts';
import { type Guard, openGuard } from '../src/open-guard.ts';
import { freePort } from '../src/ports.ts';
import { findPostgres, findRabbitmq } from '../src/programs.ts';
import { readOrMakeSecrets } from '../src/secrets.ts';
import { startPostgres } from '../src/servers/postgres.ts';
import type { Place } from '../src/servers/private-server.ts';
import { startRabbitmq } from '../src/servers/rabbitmq.ts';

let dir: string;
let guard: Guard;
beforeEach(async () => {
  dir = mkdtempSync('/var/tmp/servers-');
  chmodSync(dir, 0o755);
  guard = await openGuard({ dir, logDir: dir });
});
afterEach(async () => {
  await guard[Symbol.asyncDispose]();
  rmSync(dir, { recursive: true });
});

const place = (): Place => ({
  dataDir: dir,
  logDir: dir,
  guard,
  secrets: readOrMakeSecrets(join(dir, 'secrets.json')),
  say: () => {},
  throwaway: false,
});

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

describe('a private PostgreSQL', () => {
  it('keeps its data over a crash of all its processes, and a stop and a start', async () => {
    const url = await startPostgres(findPostgres(), place());
    await query(url, "create table kept as select 'a'::text as value");
    const data = String((await query(url, 'show data_directory'))[0]?.data_directory);
    for (const pid of processesOf({ postgresDir: data })) process.kill(pid, 'SIGKILL');
    const rows = await waitUntil(() => query(url, 'select * from kept'));
    expect(rows).toEqual([{ value: 'a' }]);

    await guard[Symbol.asyncDispose]();
    expect(processesOf({ postgresDir: data, stackDir: dir })).toEqual([]);
    // What a crash of the whole machine leaves: a pid file that names a process of somebody else.
    writeFileSync(join(data, 'postmaster.pid'), `${process.pid}\n${data}\n`);
    guard = await openGuard({ dir, logDir: dir });
    expect(await query(await startPostgres(findPostgres(), place()), 'select * from kept')).toEqual(rows);
  });

  it('makes its data directory again when the first attempt was interrupted', async () => {
    const version = findPostgres()[0]?.version;
    mkdirSync(join(dir, `postgres-${version}`, 'fresh', 'base'), { recursive: true });
    const url = await startPostgres(findPostgres(), place());
    expect(await query(url, 'show fsync')).toEqual([{ fsync: 'on' }]);
  });

  it('keeps its data where its user can reach it, and removes it with the rest when it is thrown away', async () => {
    chmodSync(dir, 0o700);
    const url = await startPostgres(findPostgres(), { ...place(), throwaway: true });
    const data = String((await query(url, 'show data_directory'))[0]?.data_directory);
    expect(existsSync(data)).toBe(true);
    await guard[Symbol.asyncDispose]();
    expect(existsSync(data)).toBe(process.getuid?.() !== 0); // only root has a PostgreSQL that is somebody else
  });

  it('lets nobody in without the password', async () => {
    const url = new URL(await startPostgres(findPostgres(), place()));
    url.password = 'guess';
    await expect(query(url.href, 'select 1')).rejects.toThrow('password authentication failed');
  });
});

describe('a private RabbitMQ', () => {
  it('starts over what an interrupted first start left, and leaves no process behind', async () => {
    const program = findRabbitmq();
    if (!program) throw new Error('RabbitMQ is not installed.');
    const home = join(dir, `rabbitmq-${program.version}`);
    mkdirSync(join(home, 'mnesia', 'half'), { recursive: true });
    const { managementUrl } = await startRabbitmq(program, place());
    expect(new URL(managementUrl).hostname).toBe('127.0.0.1');
    expect(existsSync(join(home, 'mnesia', 'half'))).toBe(false);
    expect(readFileSync(join(home, '.erlang.cookie'), 'utf8')).not.toBe('');
    await guard[Symbol.asyncDispose]();
    expect(processesOf({ stackDir: dir })).toEqual([]);
  });
});

describe('a port', () => {
  it('is the wanted one when that is free, and another one when it is taken', async () => {
    const wanted = await freePort();
    expect(await freePort(wanted)).toBe(wanted);
    const holder = createServer().listen(wanted, '127.0.0.1');
    await once(holder, 'listening');
    expect(await freePort(wanted)).not.toBe(wanted);
    holder.close();
  });
});
