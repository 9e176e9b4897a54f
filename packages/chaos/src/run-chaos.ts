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
import { keepAddingEvents, makeWorld } from './clients/world.ts';
import { drain } from './drain.ts';
import { deck } from './faults/deck.ts';
import { describePlan, type Plan, planRun } from './plan/plan-run.ts';
import { runFaults } from './run-faults.ts';
import { startChaosStack } from './stack/start-chaos-stack.ts';
import { noFigures, type Stage } from './stage.ts';

/** One run: a stack of its own, clients, the faults of the seed, and everything that must hold afterwards. */
export async function runChaos(seed: number, seconds: number, say: Say): Promise<Result> {
  const plan = planRun(seed, seconds, deck);
  for (const line of describePlan(plan)) say(line);
  await using stack = await startChaosStack(plan.seed, plan.clock, say);
  say(`the clock of ${plan.clock.instance} is shifted by ${stack.clock.how}`);
  await using db = openDb({
    url: stack.servers.databaseUrl,
    max: 4,
    applicationName: 'chaos',
    queryTimeoutMs: 10_000,
  });
  await recordAnnouncements(db);
  await using otherTeam = await openOtherTeam(stack.servers.amqpUrl);
  using traffic = new Traffic();
  const beganAt = new Date();
  const world = await makeWorld(db);
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
  const events = keepAddingEvents(stage.db, stage.world);
  const clients = runClients(stage);
  const struck = await runFaults(stage, plan);
  stage.say('no more faults');
  await becomeLive(stage);
  await Promise.all([clients.stop(), events.stop()]);
  await drain(stage);
  return await checkEverything(stage, { plan, struck, beganAt });
}
