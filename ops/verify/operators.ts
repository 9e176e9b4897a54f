import type { System } from './compose.ts';
import { until } from './until.ts';

interface Command {
  does: string;
  args: readonly string[];
  says: string;
}

const inside = (service: string, ...args: string[]) => [
  'exec', '--no-TTY', service, 'node', '--env-file=/secrets/env', ...args,
]; // biome-ignore format: arguments
const alone = (service: string, ...args: string[]) => ['run', '--rm', '--no-TTY', service, ...args];

/** What docs/operating.md says that the commands of the runbooks are in containers. */
const commands: readonly Command[] = [
  { does: 'invariants', args: alone('invariants'), says: 'All invariants hold.' },
  { does: 'audit:verify', args: alone('audit-verify'), says: 'The audit trail matches its seals.' },
  { does: 'topology', args: alone('declare'), says: 'as expected' },
  {
    does: 'dead-letters',
    args: inside('notifier', 'src/cli.ts', 'list'),
    says: 'There are no dead letters.',
  },
  { does: 'event:closure', args: inside('closure-service', 'src/cli.ts', '--due'), says: 'No event is due.' },
  {
    does: 'retention',
    args: inside('admin-service', 'src/retention-cli.ts', '--dry-run'),
    says: 'nothing was changed.',
  },
  { does: 'passwords', args: alone('passwords'), says: 'rabbitmq-operator:' },
];

/** Each command of the runbooks does in containers what it does elsewhere. A busy machine may want a second try. */
export async function runbookCommands(system: System): Promise<void> {
  for (const { does, args, says } of commands) {
    await until(`${does} says "${says}"`, async () => {
      const heard = await system.heard(args);
      if (!heard.includes(says)) throw new Error(`it said: ${heard.slice(-500)}`);
      return true;
    });
  }
}

/** RabbitMQ has been told what its defaults would do wrong: what it read is asked of itself. */
export async function brokerSettings(system: System): Promise<void> {
  const ask = (...args: string[]) =>
    system.compose(['exec', '--no-TTY', 'rabbitmq', 'rabbitmqctl', '-q', ...args]);
  const shown = ['name', 'effective_policy_definition', '--formatter', 'json'];
  const queues = JSON.parse(await ask('list_queues', '--vhost', 'turnout', ...shown)) as {
    name: string;
    effective_policy_definition: unknown; // pairs, or an object, as the version likes it
  }[];
  const dead = queues.find(({ name }) => name === 'turnout.notifier.dead');
  const policy = JSON.stringify(dead?.effective_policy_definition ?? null);
  if (!/"delivery-limit"[,:]1000000\b/.test(policy))
    throw new Error(`what holds for dead letters is ${policy}: they are given up after twenty deliveries`);
  const watermark = Number(await ask('eval', 'vm_memory_monitor:get_memory_limit().'));
  const [id = ''] = await system.containersOf('rabbitmq');
  const container = Number(await system.docker(['inspect', '--format', '{{.HostConfig.Memory}}', id]));
  if (!(watermark > 0 && watermark <= 0.6 * container))
    throw new Error(`publishers are held back at ${watermark} bytes, in a container of ${container}`);
}
