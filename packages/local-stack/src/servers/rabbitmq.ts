import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { connect } from 'amqplib';
import { freePort } from '../ports.ts';
import { type RabbitmqProgram, SEARCH_PATH } from '../programs.ts';
import { supervise } from '../supervise.ts';
import { writeWhole } from '../write-whole.ts';
import { type Place, plainEnvironment } from './private-server.ts';

export interface Rabbitmq {
  amqpUrl: string;
  managementUrl: string;
  /** RabbitMQ's own command on this broker. Throws what it said when it failed. */
  rabbitmqctl(args: readonly string[]): Promise<void>;
  /** To be called when queues are declared: from then on its data is worth keeping. */
  keepData(): void;
}

const run = promisify(execFile);

interface Ports {
  amqp: number;
  management: number;
  distribution: number;
  epmd: number;
}

/**
 * A private RabbitMQ with its management API, beside whatever other one runs on this machine.
 *
 * Its name server (epmd) is started here too: left to itself Erlang starts one as a daemon that outlives everything.
 */
export async function startRabbitmq(program: RabbitmqProgram, place: Place): Promise<Rabbitmq> {
  const dir = join(place.dataDir, `rabbitmq-${program.version}`);
  const complete = join(dir, 'complete');
  // A first start that was interrupted leaves half-made data, a queue that nobody can consume among it, which RabbitMQ
  // does not repair. Nothing was published by then.
  if (!existsSync(complete)) rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const { secrets } = place;
  writeWhole(join(dir, '.erlang.cookie'), secrets.erlangCookie, 0o400);

  const ports: Ports = {
    amqp: 0,
    management: 0,
    distribution: 0,
    epmd: await startEpmd(program, dir, place),
  };
  const user = `turnout:${secrets.rabbitmq}`;
  await supervise({
    guard: place.guard,
    say: place.say,
    attempts: 3,
    readyWithinMs: 90_000,
    prepare: async () => {
      ports.amqp = await freePort();
      ports.management = await freePort();
      ports.distribution = await freePort();
      writeWhole(join(dir, 'rabbitmq.conf'), configuration(ports, secrets.rabbitmq), 0o600);
      writeWhole(join(dir, 'enabled_plugins'), '[rabbitmq_management].');
      return {
        name: 'RabbitMQ',
        command: program.path,
        args: [],
        cwd: dir,
        env: environment(dir, ports),
        logFile: join(place.logDir, 'rabbitmq.log'),
        stopSignal: place.throwaway ? 'SIGKILL' : 'SIGTERM',
        killedUntilReady: true,
        graceMs: 9_000, // six are usual; what was confirmed is on disk anyway
        stage: 1,
      };
    },
    isReady: () => answers(`amqp://${user}@127.0.0.1:${ports.amqp}`, ports.management, user),
    onPid: (pid) => place.onPid?.('rabbitmq', pid),
  });
  return {
    amqpUrl: `amqp://${user}@127.0.0.1:${ports.amqp}`,
    managementUrl: `http://${user}@127.0.0.1:${ports.management}`,
    rabbitmqctl: async (args) => {
      const command = join(dirname(program.path), 'rabbitmqctl');
      await run(command, args, { cwd: dir, env: environment(dir, ports), timeout: 30_000 });
    },
    keepData: () => writeWhole(complete, 'the first start was completed'),
  };
}

async function startEpmd(program: RabbitmqProgram, dir: string, place: Place): Promise<number> {
  let port = 0;
  await supervise({
    guard: place.guard,
    say: place.say,
    attempts: 3,
    readyWithinMs: 10_000,
    prepare: async () => {
      port = await freePort();
      return {
        name: 'epmd (of RabbitMQ)',
        command: program.epmd,
        args: ['-port', String(port), '-address', '127.0.0.1'],
        cwd: dir,
        env: plainEnvironment(dir, SEARCH_PATH),
        logFile: join(place.logDir, 'epmd.log'),
        stopSignal: 'SIGKILL', // it ignores gentler ones while nodes are registered, and keeps nothing
        graceMs: 1_000,
        stage: 0,
      };
    },
    isReady: async () => (await freePort(port)) !== port,
  });
  return port;
}

function configuration(ports: Ports, password: string): string {
  return [
    `listeners.tcp.1 = 127.0.0.1:${ports.amqp}`,
    'management.tcp.ip = 127.0.0.1',
    `management.tcp.port = ${ports.management}`,
    'default_user = turnout',
    `default_pass = ${password}`,
    'log.file = false',
    'log.console = true',
    'log.console.level = warning',
    'disk_free_limit.absolute = 50MB',
  ].join('\n');
}

function environment(dir: string, ports: Ports): Record<string, string> {
  const name = createHash('sha256').update(dir).digest('hex').slice(0, 12);
  return {
    ...plainEnvironment(dir, SEARCH_PATH),
    RUNNING_UNDER_SYSTEMD: 'true', // the start script then becomes the server instead of staying as its parent
    RABBITMQ_NODENAME: `turnout-${name}@localhost`,
    RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1',
    RABBITMQ_NODE_PORT: String(ports.amqp),
    RABBITMQ_DIST_PORT: String(ports.distribution),
    ERL_EPMD_PORT: String(ports.epmd),
    ERL_EPMD_ADDRESS: '127.0.0.1',
    // Its schedulers sleep when they have nothing to do, rather than spin for a while: the processors are shared.
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS:
      '-start_epmd false -kernel inet_dist_use_interface {127,0,0,1} +sbwt none +sbwtdcpu none +sbwtdio none',
    RABBITMQ_CONF_ENV_FILE: join(dir, 'none.env'),
    RABBITMQ_CONFIG_FILE: join(dir, 'rabbitmq.conf'),
    RABBITMQ_CONFIG_FILES: join(dir, 'conf.d'),
    RABBITMQ_ADVANCED_CONFIG_FILE: join(dir, 'advanced.config'),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(dir, 'enabled_plugins'),
    RABBITMQ_MNESIA_BASE: join(dir, 'mnesia'),
    RABBITMQ_LOG_BASE: join(dir, 'log'),
    RABBITMQ_FEATURE_FLAGS_FILE: join(dir, 'feature_flags'),
    RABBITMQ_PID_FILE: join(dir, 'pid'),
    RABBITMQ_LOGS: '-',
  };
}

async function answers(amqpUrl: string, managementPort: number, user: string): Promise<boolean> {
  const response = await fetch(`http://127.0.0.1:${managementPort}/api/overview`, {
    headers: { authorization: `Basic ${Buffer.from(user).toString('base64')}` },
    signal: AbortSignal.timeout(2_000),
  });
  await response.body?.cancel();
  if (response.status !== 200) return false;
  return await answersAmqp(amqpUrl);
}

/** Whether this URL leads to a RabbitMQ that lets us in; throws why not. */
export async function answersAmqp(url: string): Promise<boolean> {
  const connection = await connect(url, { timeout: 2_000 });
  connection.on('error', () => {}); // it has answered; how it ends does not matter
  await connection.close();
  return true;
}
