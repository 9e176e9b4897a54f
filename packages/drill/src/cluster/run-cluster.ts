/**
 * A broker of three nodes, and the loss of the one that matters: under a steady load the node that leads the notifier's
 * queue is killed, several times, and comes back much later each time. The relay of closure-service publishes and the
 * notifier consumes, both as they are shipped, with the URLs of all nodes in AMQP_URL.
 */
import { mkdirSync } from 'node:fs';
import { declareBroker } from '@turnout/broker/declare-broker';
import { notifierQueue } from '@turnout/contracts/topology';
import type { Say } from '@turnout/local-stack/say';
import type { Place } from '@turnout/local-stack/servers/private-server';
import { type RabbitmqNode, startRabbitmqCluster } from '@turnout/local-stack/servers/rabbitmq';
import { startRedis } from '@turnout/local-stack/servers/redis';
import { chooseSources } from '@turnout/local-stack/sources';
import { startService } from '@turnout/local-stack/start-services';
import { type Db, openDb } from '@turnout/runtime/postgres';
import { waitUntil } from '@turnout/test-kit/wait-until';
import { openPlace } from '../place.ts';
import { startDrillPrimary } from '../servers.ts';
import type { ClusterFindings, Kill } from './findings.ts';
import { type Load, startLoad } from './load.ts';
import { openOtherTeam } from './other-team.ts';
import { queueState } from './queue-state.ts';

const NODES = 3;
const STAYS_AWAY_MS = 20_000;
const PATIENCE_MS = 60_000;
/** Messages that take effect before a kill, and after it before it counts as survived. */
const ENOUGH = 1_000;

export interface ClusterOptions {
  /** A directory of its own, which the caller removes. */
  dir: string;
  logDir: string;
  say: Say;
  kills: number;
}

export async function runCluster(options: ClusterOptions): Promise<ClusterFindings> {
  const { say, logDir } = options;
  mkdirSync(logDir, { recursive: true });
  await using opened = new AsyncDisposableStack();
  const place = opened.use(await openPlace(options, 'cluster'));
  const { nodes, databaseUrl } = await startSystem(place);
  const amqpUrl = nodes.map((node) => node.amqpUrl).join(',');
  const db = opened.use(openDb({ url: databaseUrl, max: 4, applicationName: 'cluster' }));
  const otherTeam = opened.use(await openOtherTeam(amqpUrl));
  say('three nodes, a relay and a notifier run; messages begin to flow');

  const load = startLoad(db);
  const kills: Kill[] = [];
  for (let round = 1; round <= options.kills; round += 1) kills.push(await killLeader(db, nodes, load, say));
  const { members } = await queueState(nodes[0] as RabbitmqNode, notifierQueue);
  await load.stop();
  const { committed } = load;
  say('the load has ended; waiting for what is under way');
  const settled = async () =>
    (await countEffects(db)).messages === committed.size && otherTeam.received.size === committed.size;
  await waitUntil(settled, { within: PATIENCE_MS, every: 200 }).catch(() => undefined); // what is missing is reported
  const { messages, effects } = await countEffects(db);
  return {
    copies: members.length,
    committed: committed.size,
    tookEffect: messages,
    effects,
    otherTeamReceived: otherTeam.received.size,
    otherTeamRepeated: otherTeam.repeated,
    otherTeamRedelivered: otherTeam.redelivered,
    outOfOrder: otherTeam.outOfOrder,
    kills,
  };
}

async function startSystem(place: Place): Promise<{ nodes: RabbitmqNode[]; databaseUrl: string }> {
  const { redis, rabbitmq } = await chooseSources({}, place);
  if (!('program' in redis) || !('program' in rabbitmq))
    throw new Error('servers were given, and none was asked for');
  const [{ primaryUrl }, redisUrl, nodes] = await Promise.all([
    startDrillPrimary(place),
    startRedis(redis.program, place),
    startRabbitmqCluster(rabbitmq.program, place, { size: NODES, pausesMs: [STAYS_AWAY_MS] }),
  ]);
  const amqpUrl = nodes.map((node) => node.amqpUrl).join(',');
  await declareBroker({ url: amqpUrl });
  const services = {
    guard: place.guard,
    say: place.say,
    logDir: place.logDir,
    databaseUrl: primaryUrl,
    redisUrls: [redisUrl],
    amqpUrl,
    smtpUrl: 'smtp://127.0.0.1:1', // nobody of these events is stored, so nobody gets a mail
    environment: { PATH: process.env.PATH, LOG_LEVEL: 'warn' },
    defaultPorts: false,
  };
  await Promise.all([startService('closure', services), startService('notifier', services)]);
  return { nodes, databaseUrl: primaryUrl };
}

async function killLeader(db: Db, nodes: readonly RabbitmqNode[], load: Load, say: Say): Promise<Kill> {
  const before = (await countEffects(db)).messages;
  await waitUntil(async () => (await countEffects(db)).messages >= before + ENOUGH, { within: PATIENCE_MS });
  const leader = await waitUntil(() => findLeader(nodes), { within: PATIENCE_MS, every: 250 });

  const { messages } = await countEffects(db);
  const [{ now: killedAt } = { now: '' }] = await db.query<{ now: string }>(
    'select clock_timestamp()::text as now',
  );
  const underWay = load.committed.size - messages;
  const { pid } = leader;
  process.kill(pid, 'SIGKILL');
  say(`killed ${leader.name}, which leads ${notifierQueue}`);

  const flows = async () => (await countEffects(db)).messages >= messages + underWay + ENOUGH;
  await waitUntil(flows, { within: PATIENCE_MS, every: 50 });
  const withoutIt = leader.pid === pid;
  const withoutFlowMs = await longestPause(db, killedAt);
  say(`messages flow again after ${withoutFlowMs} ms; waiting for the node`);
  await waitUntil(async () => leader.pid !== pid && (await findLeader(nodes)), {
    within: PATIENCE_MS,
    every: 250,
  });
  return { node: leader.name, withoutFlowMs, underWay, withoutIt };
}

/** The node that leads the notifier's queue; null unless all nodes agree on it and hold the queue. */
async function findLeader(nodes: readonly RabbitmqNode[]): Promise<RabbitmqNode | null> {
  const states = await Promise.all(nodes.map((node) => queueState(node, notifierQueue)));
  const [first] = states;
  if (states.some(({ leader, online }) => leader !== first?.leader || online.length !== nodes.length))
    return null;
  return nodes.find(({ name }) => name === first?.leader) ?? null;
}

async function countEffects(db: Db): Promise<{ messages: number; effects: number }> {
  const [row] = await db.query<{ messages: number; effects: number }>(
    `select (select count(*) from notifier.inbox)::int as messages, count(*)::int as effects from notifier.deliveries`,
  );
  return row ?? { messages: 0, effects: 0 };
}

async function longestPause(db: Db, since: string): Promise<number> {
  const [row] = await db.query<{ ms: number }>(
    `select coalesce(round(extract(epoch from max(pause)) * 1000), 0)::int as ms
     from (
       select received_at - coalesce(lag(received_at) over (order by received_at), $1) as pause
       from notifier.inbox where received_at >= $1::timestamptz
     ) pauses`,
    [since],
  );
  return row?.ms ?? 0;
}
