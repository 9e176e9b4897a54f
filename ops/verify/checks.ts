import { chmodSync, cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { System } from './compose.ts';
import { crash } from './crash.ts';
import { brokerSettings, runbookCommands } from './operators.ts';
import { mailsAndMetrics, scraped, shown, traced } from './seen.ts';
import { serversAlone } from './servers-alone.ts';

export interface Check {
  name: string;
  /** @param leave is told what the images here do not let it look at */
  run(system: System, leave: (what: string) => void): Promise<void>;
}

const SERVICES = ['checkin-service', 'closure-service', 'admin-service', 'notifier'];
const SERVERS = ['postgres', 'rabbitmq', 'redis'];
const OTHERS = ['mailpit', 'otel-collector', 'jaeger', 'prometheus', 'grafana'];
const migrations = fileURLToPath(new URL('../../packages/database/migrations', import.meta.url));

/** In this order: each goes on with what the one before has left. */
export const checks: readonly Check[] = [
  { name: 'the image is built', run: async (system) => void (await system.compose(['build', '--quiet'])) },
  { name: 'an older schema is upgraded at the next start', run: upgrade },
  { name: 'everything starts, and is healthy', run: up },
  { name: 'services are nobody special, on a file system that is read only', run: hardened },
  { name: 'the demonstration goes as it should', run: demo },
  { name: 'mails arrived, measurements, traces, and dashboards to see them', run: seen },
  { name: 'RabbitMQ knows its limits', run: brokerSettings },
  { name: 'the commands of the runbooks do their work', run: runbookCommands },
  { name: 'a stopped service ends by itself', run: stop },
  ...[SERVICES, SERVERS, OTHERS].map((services) => ({
    name: `${services.join(', ')} crash, and are started again by the engine`,
    run: (system: System) => crash(system, services),
  })),
  { name: 'what was killed on purpose starts with the next up', run: killed },
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
  for (const service of await system.running()) {
    for (const id of await system.containersOf(service)) {
      const [inspected] = JSON.parse(await system.docker(['inspect', id])) as Inspected[];
      if (!inspected?.HostConfig.ReadonlyRootfs && service !== 'postgres')
        throw new Error(`${service} may write to its image`);
      if (!inspected?.HostConfig.Memory) throw new Error(`${service} may take all memory`);
      if (!SERVICES.includes(service)) continue;
      const user = await system.docker(['exec', id, 'id', '-u']);
      if (user === '0') throw new Error(`${service} runs as root`);
    }
  }
}

async function demo(system: System): Promise<void> {
  await system.compose(['run', '--rm', 'demo']);
}

async function seen(system: System, leave: (what: string) => void): Promise<void> {
  await mailsAndMetrics(system);
  for (const job of SERVICES) await scraped(system, job, 1);
  await traced(system, leave);
  await shown(system, leave);
}

async function killed(system: System): Promise<void> {
  await system.compose(['kill', ...SERVICES, ...SERVERS]);
  await up(system);
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
  await scraped(system, 'closure-service', 3);
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
  HostConfig: { ReadonlyRootfs: boolean; Memory: number };
}
