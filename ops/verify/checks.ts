import { chmodSync, cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { System } from './compose.ts';
import { serversAlone } from './servers-alone.ts';

export interface Check {
  name: string;
  run(system: System): Promise<void>;
}

const SERVICES = ['checkin-service', 'closure-service', 'admin-service', 'notifier'];
const SERVERS = ['postgres', 'rabbitmq', 'redis'];
const migrations = fileURLToPath(new URL('../../packages/database/migrations', import.meta.url));

/** In this order: each goes on with what the one before has left. */
export const checks: readonly Check[] = [
  { name: 'the image is built', run: async (system) => void (await system.compose(['build', '--quiet'])) },
  { name: 'an older schema is upgraded at the next start', run: upgrade },
  { name: 'everything starts, and is healthy', run: up },
  { name: 'services are nobody special, on a file system that is read only', run: hardened },
  { name: 'the demonstration goes as it should', run: demo },
  { name: 'mails arrived, and measurements', run: seen },
  { name: 'a stopped service ends by itself', run: stop },
  ...[...SERVICES, ...SERVERS].map((service) => ({
    name: `${service} killed, started again, healthy`,
    run: async (system: System) => {
      await system.compose(['kill', service]);
      await up(system);
    },
  })),
  { name: 'the demonstration goes as it should after that', run: demo },
  { name: 'three closure services share the work', run: scale },
  { name: 'what was there is there after down and up', run: keep },
  { name: 'the servers alone start, answer and end, as npm start uses them', run: serversAlone },
];

async function up(system: System): Promise<void> {
  await system.compose(['up', '--detach', '--wait', '--wait-timeout', '150']);
}

async function upgrade(system: System): Promise<void> {
  const names = readdirSync(migrations).sort();
  const older = mkdtempSync(join(tmpdir(), 'turnout-older-'));
  try {
    chmodSync(older, 0o755); // for the user inside
    for (const name of names.slice(0, -1)) cpSync(join(migrations, name), join(older, name));
    await system.compose(['up', '--detach', '--wait', 'postgres']);
    await system.compose([
      'run', '--rm', '--volume', `${older}:/turnout/packages/database/migrations:ro`, 'migrate',
    ]); // biome-ignore format: arguments
    await expectMigrations(system, names.length - 1);
    await up(system);
    await expectMigrations(system, names.length);
  } finally {
    rmSync(older, { recursive: true });
  }
}

async function expectMigrations(system: System, expected: number): Promise<void> {
  const count = await query(system, 'select count(*) from turnout.migrations');
  if (count !== String(expected)) throw new Error(`${count} migrations are applied, not ${expected}`);
}

async function hardened(system: System): Promise<void> {
  for (const service of SERVICES) {
    for (const id of await system.containersOf(service)) {
      const [inspected] = JSON.parse(await system.docker(['inspect', id])) as Inspected[];
      if (!inspected?.HostConfig.ReadonlyRootfs) throw new Error(`${service} may write to its image`);
      const user = await system.docker(['exec', id, 'id', '-u']);
      if (user === '0') throw new Error(`${service} runs as root`);
    }
  }
}

async function demo(system: System): Promise<void> {
  await system.compose(['run', '--rm', 'demo']);
}

async function seen(system: System): Promise<void> {
  const mails = await getJson(`${await system.urlOf('mailpit', 8025)}/api/v1/messages`);
  if (!(Number(mails.total) > 0)) throw new Error('no mail arrived at mailpit');
  const metrics = await fetch(`${await system.urlOf('checkin-service', 4001)}/metrics`);
  if (!(await metrics.text()).includes('turnout_check_ins_total{'))
    throw new Error('checkin-service has measured no check-in');
  const prometheus = await system.urlOf('prometheus', 9090);
  for (const job of SERVICES) {
    await until(`Prometheus scrapes ${job}`, async () => {
      const { data } = await getJson(`${prometheus}/api/v1/query?query=up{job="${job}"}`);
      const [found] = (data as { result: { value: [number, string] }[] }).result;
      return found?.value[1] === '1';
    });
  }
}

async function stop(system: System): Promise<void> {
  for (const service of SERVICES) {
    const ids = await system.containersOf(service);
    await system.compose(['stop', service]);
    for (const id of ids) {
      const code = await system.docker(['inspect', '--format', '{{.State.ExitCode}}', id]);
      if (code !== '0') throw new Error(`${service} ended with ${code}`);
    }
  }
  await up(system);
}

async function scale(system: System): Promise<void> {
  await system.compose(['up', '--detach', '--wait', '--scale', 'closure-service=3']);
  const running = await system.containersOf('closure-service');
  if (running.length !== 3) throw new Error(`${running.length} closure services run, not 3`);
  await demo(system);
}

async function keep(system: System): Promise<void> {
  const count = () => query(system, 'select count(*) from attendance.check_ins');
  const before = await count();
  await system.compose(['down', '--timeout', '20']);
  await up(system);
  const after = await count();
  if (before !== after || before === '0') throw new Error(`${before} check-ins before, ${after} after`);
}

const query = (system: System, sql: string) =>
  system.compose(['exec', '--no-TTY', 'postgres', 'psql', '-U', 'turnout', '-Atqc', sql]);

interface Inspected {
  HostConfig: { ReadonlyRootfs: boolean };
}

async function getJson(url: string): Promise<Record<string, unknown>> {
  const response = await fetch(url, { signal: AbortSignal.timeout(10_000) });
  return (await response.json()) as Record<string, unknown>;
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 60; attempt += 1) {
    if (await holds().catch(() => false)) return;
    await sleep(1_000);
  }
  throw new Error(`${what}: not within a minute`);
}
