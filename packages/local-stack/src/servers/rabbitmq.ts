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

/** One node of a private cluster. */
export interface RabbitmqNode extends Rabbitmq {
  /** As the cluster calls it. */
  name: string;
  /** Of the process that runs it now: it is started again when it ends by itself. */
  readonly pid: number;
}

/** What the nodes of one cluster have in common. */
interface Cluster {
  epmdPort: number;
  /** Directories of all nodes, which their names follow from. */
  dirs: readonly string[];
  /** How long a node that ended stays away. */
  pausesMs: readonly number[];
}

/**
 * Private RabbitMQ nodes that form one cluster among themselves. Ready when all of them are members. What one is asked
 * to keep they all keep; a minority that is cut off stops answering.
 */
export async function startRabbitmqCluster(
  program: RabbitmqProgram,
  place: Place,
  { size, pausesMs }: { size: number; pausesMs: readonly number[] },
): Promise<RabbitmqNode[]> {
  const places = Array.from({ length: size }, (_, index) => ({
    ...place,
    dataDir: join(place.dataDir, `node-${index + 1}`),
    logDir: join(place.logDir, `node-${index + 1}`),
  }));
  const epmdPort = await startEpmd(program, place.dataDir, place);
  const cluster: Cluster = { epmdPort, dirs: places.map((node) => homeOf(program, node)), pausesMs };
  return await Promise.all(places.map((node) => startNode(program, node, cluster)));
}

/**
 * A private RabbitMQ with its management API, beside whatever other one runs on this machine.
 *
 * Its name server (epmd) is started here too: left to itself Erlang starts one as a daemon that outlives everything.
 */
export async function startRabbitmq(program: RabbitmqProgram, place: Place): Promise<Rabbitmq> {
  return await startNode(program, place, null);
}

const homeOf = (program: RabbitmqProgram, place: Place) => join(place.dataDir, `rabbitmq-${program.version}`);

async function startNode(
  program: RabbitmqProgram,
  place: Place,
  cluster: Cluster | null,
): Promise<RabbitmqNode> {
  const dir = homeOf(program, place);
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
    epmd: cluster?.epmdPort ?? (await startEpmd(program, dir, place)),
  };
  const user = `turnout:${secrets.rabbitmq}`;
  const running = await supervise({
    guard: place.guard,
    say: place.say,
    attempts: 3,
    ...(cluster && { pausesMs: cluster.pausesMs }),
    readyWithinMs: 90_000,
    prepare: async () => {
      ports.amqp = await freePort();
      ports.management = await freePort();
      ports.distribution = await freePort();
      writeWhole(join(dir, 'rabbitmq.conf'), configuration(ports, secrets.rabbitmq, cluster), 0o600);
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
    isReady: () => answers(ports, user, cluster?.dirs.length ?? 1),
    onPid: (pid) => place.onPid?.('rabbitmq', pid),
  });
  return {
    name: nodeName(dir),
    get pid() {
      return running.pid;
    },
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

function configuration(ports: Ports, password: string, cluster: Cluster | null): string {
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
    ...(cluster ? membership(cluster) : []),
  ].join('\n');
}

function membership({ dirs }: Cluster): string[] {
  return [
    'cluster_formation.peer_discovery_backend = classic_config',
    ...dirs.map((dir, index) => `cluster_formation.classic_config.nodes.${index + 1} = ${nodeName(dir)}`),
    'cluster_partition_handling = pause_minority',
  ];
}

function nodeName(dir: string): string {
  return `turnout-${createHash('sha256').update(dir).digest('hex').slice(0, 12)}@localhost`;
}

function environment(dir: string, ports: Ports): Record<string, string> {
  return {
    ...plainEnvironment(dir, SEARCH_PATH),
    RUNNING_UNDER_SYSTEMD: 'true', // the start script then becomes the server instead of staying as its parent
    RABBITMQ_NODENAME: nodeName(dir),
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

/** Whether the node answers, and is one of so many that run. */
async function answers({ amqp, management }: Ports, user: string, members: number): Promise<boolean> {
  const response = await fetch(`http://127.0.0.1:${management}/api/nodes`, {
    headers: { authorization: `Basic ${Buffer.from(user).toString('base64')}` },
    signal: AbortSignal.timeout(2_000),
  });
  if (response.status !== 200) {
    await response.body?.cancel();
    return false;
  }
  const nodes = (await response.json()) as { running: boolean }[];
  if (nodes.filter(({ running }) => running).length < members) return false;
  return await answersAmqp(`amqp://${user}@127.0.0.1:${amqp}`);
}

/** Whether this URL leads to a RabbitMQ that lets us in; throws why not. */
export async function answersAmqp(url: string): Promise<boolean> {
  const connection = await connect(url, { timeout: 2_000 });
  connection.on('error', () => {}); // it has answered; how it ends does not matter
  await connection.close();
  return true;
}
