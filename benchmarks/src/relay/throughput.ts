import { setTimeout as pause } from 'node:timers/promises';
import { median } from '../statistics.ts';
import type { Row } from '../table.ts';
import type { RelayBench } from './bench.ts';
import { peers, type RelayContestant, turnout } from './contestants.ts';
import { publishRaw } from './raw.ts';

const ROUNDS = 5;
const PEER_ROUNDS = 3;
const WARM_UP = 2_000;
/** By then a relay has written down what it published. */
const SETTLES_MS = 1_000;
const PATIENCE_MS = 60_000;

/** Our relay beside publishing from memory, in turns. */
export async function benchmarkFloor(bench: RelayBench): Promise<Row[]> {
  const { stand, db, queue } = bench;
  const raw = async () => {
    await queue.empty();
    await db.query('checkpoint');
    return await publishRaw(db, stand.amqpUrl, turnout.messages);
  };
  await raw();
  const rates = { raw: [] as number[], turnout: [] as number[] };
  for (let round = 1; round <= ROUNDS; round += 1) {
    for (const who of round % 2 === 0 ? (['raw', 'turnout'] as const) : (['turnout', 'raw'] as const)) {
      rates[who].push(who === 'raw' ? await raw() : await relayRate(bench, turnout));
    }
    stand.say(`relay, round ${round} of ${ROUNDS}: raw ${last(rates.raw)}, turnout ${last(rates.turnout)}`);
  }
  return [
    {
      what: 'committed rows, published and confirmed; beside raw publishing',
      unit: '/s',
      floor: median(rates.raw),
      measured: median(rates.turnout),
      target: { atLeast: 0.6 },
    },
  ];
}

/** Our relay beside packages that are used as one, in turns, each publishing with confirms as its handler. */
export async function benchmarkPeers(bench: RelayBench): Promise<Row[]> {
  const contestants = [turnout, ...peers];
  const rates = new Map(contestants.map((contestant) => [contestant, [] as number[]]));
  for (let round = 1; round <= PEER_ROUNDS; round += 1) {
    for (const contestant of round % 2 === 0 ? contestants.toReversed() : contestants) {
      rates.get(contestant)?.push(await relayRate(bench, contestant));
    }
    const told = [...rates].map(([{ name }, found]) => `${name} ${last(found)}`).join(', ');
    bench.stand.say(`peers, round ${round} of ${PEER_ROUNDS}: ${told}`);
  }
  return peers.map((peer) => ({
    what: `committed rows, published and confirmed; beside ${peer.name}`,
    unit: '/s',
    floor: median(rates.get(peer) ?? []),
    measured: median(rates.get(turnout) ?? []),
    target: { atLeast: 1 },
  }));
}

/**
 * Messages a second, from the commit that makes them visible to a relay that has nothing else to do until the queue
 * holds all of them. The relay is started for this, warmed up, and stopped while its rows are made.
 */
export async function relayRate(
  { stand, db, queue }: RelayBench,
  contestant: RelayContestant,
): Promise<number> {
  const unit = await contestant.start(stand);
  try {
    await queue.empty();
    await contestant.fill(db, stand, WARM_UP);
    await queue.holds(WARM_UP, PATIENCE_MS);
    await queue.empty();
    await pause(SETTLES_MS);
    process.kill(unit.pid, 'SIGSTOP');
    await contestant.fill(db, stand, contestant.messages);
    await db.query('checkpoint');
    process.kill(unit.pid, 'SIGCONT');
    const began = performance.now();
    await queue.holds(contestant.messages, PATIENCE_MS);
    return contestant.messages / ((performance.now() - began) / 1000);
  } finally {
    await unit.stop();
    await contestant.clear(db);
  }
}

const last = (rates: readonly number[]) => `${Math.round(rates.at(-1) ?? 0)}/s`;
