import { rmSync } from 'node:fs';
import type { Say } from '@turnout/local-stack/say';
import { openDb } from '@turnout/runtime/postgres';
import { recordAnnouncements } from './announced.ts';
import { becomeLive } from './become-live.ts';
import { checkEverything, type Result } from './checks/check-everything.ts';
import { Ledger } from './clients/ledger.ts';
import { openOtherTeam } from './clients/other-team.ts';
import { runClients } from './clients/run-clients.ts';
import { Traffic } from './clients/traffic.ts';
import { makeWorld } from './clients/world.ts';
import { drain } from './drain.ts';
import { deck } from './faults/deck.ts';
import { describePlan, type Plan, planRun } from './plan/plan-run.ts';
import { runFaults } from './run-faults.ts';
import { startChaosStack } from './stack/start-chaos-stack.ts';
import { noFigures, type Stage } from './stage.ts';

/** A run can last longer than planned, and events must end all the while. */
const EVENTS_LAST_LONGER = 2;
const AND_MS = 20_000;

/** One run: a stack of its own, clients, the faults of the seed, and everything that must hold afterwards. */
export async function runChaos(seed: number, seconds: number, say: Say): Promise<Result> {
  const plan = planRun(seed, seconds, deck);
  for (const line of describePlan(plan)) say(line);
  await using stack = await startChaosStack(plan, say);
  say(`the clock of ${plan.clock.instance} is shifted by ${stack.clock.how}`);
  await using db = openDb({
    url: stack.servers.databaseUrl,
    max: 4,
    applicationName: 'chaos',
    queryTimeoutMs: 20_000,
  });
  await recordAnnouncements(db);
  await using otherTeam = await openOtherTeam(stack.servers.amqpUrl);
  using traffic = new Traffic();
  const beganAt = new Date();
  const world = await makeWorld(db, seconds * 1_000 * EVENTS_LAST_LONGER + AND_MS);
  const stage: Stage = {
    stack,
    db,
    world,
    ledger: new Ledger(),
    traffic,
    otherTeam,
    figures: noFigures(),
    violations: [],
    poison: new Map(),
    say,
  };
  const result = await play(stage, plan, beganAt);
  if (result.violations.length === 0) rmSync(stack.logDir, { recursive: true, force: true });
  return result;
}

async function play(stage: Stage, plan: Plan, beganAt: Date): Promise<Result> {
  const clients = runClients(stage);
  const struck = await runFaults(stage, plan);
  stage.say('no more faults');
  await becomeLive(stage);
  await clients.stop();
  await drain(stage);
  return await checkEverything(stage, { plan, struck, beganAt });
}
