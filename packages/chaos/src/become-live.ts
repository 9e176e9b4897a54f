import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { waitUntil } from '@turnout/test-kit/wait-until';
import { type Instance, isReady } from './stack/instance.ts';
import type { Stage } from './stage.ts';

const WITHIN_MS = 30_000;

/**
 * Takes back every fault and waits until both processes of each service are ready and both desks admit people; the
 * clients still ask. A system that does not come back by itself is a violation.
 */
export async function becomeLive(stage: Stage): Promise<void> {
  const { stack, figures, violations } = stage;
  const since = performance.now();
  for (const name of readdirSync(stack.pointsDir)) rmSync(join(stack.pointsDir, name));
  for (const { links } of stack.instances) for (const link of Object.values(links)) link.heal();
  const works = async (instance: Instance) =>
    (await isReady(instance)) && (instance.service !== 'checkin' || hasAdmitted(stage, instance, since));
  const allWork = async () => {
    const working = await Promise.all(stack.instances.map(works));
    const idle = stack.instances.filter((_, index) => !working[index]).map(({ name }) => name);
    if (idle.length > 0) throw new Error(`these do not work: ${idle.join(', ')}`);
    return true;
  };
  try {
    await waitUntil(allWork, { within: WITHIN_MS, every: 50 });
    figures.recoveries.push({
      after: 'the last fault, all eight processes',
      ms: Math.round(performance.now() - since),
    });
  } catch (error) {
    violations.push(
      `not live again ${WITHIN_MS / 1000} s after the last fault: ${String((error as Error).cause)}`,
    );
  }
}

function hasAdmitted({ traffic }: Stage, instance: Instance, since: number): boolean {
  return traffic
    .between(since, performance.now())
    .some((one) => one.instance === instance && one.from >= since && one.status === 201);
}
