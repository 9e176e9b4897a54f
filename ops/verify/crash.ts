import type { System } from './compose.ts';
import { until } from './until.ts';

interface Container {
  Id: string;
  RestartCount: number;
  State: { Pid: number; Running: boolean; StartedAt: string; Health?: { Status: string } };
}

/**
 * Ends the main process of each of these services like a crash would, all at once, and waits until the engine has
 * started each again by itself. Then the whole system has to be healthy, without anybody asking for it.
 */
export async function crash(system: System, services: readonly string[]): Promise<void> {
  const before = await containers(system, services);
  if (before.length < services.length || before.some(({ State }) => !State.Running))
    throw new Error('not all of them run beforehand');
  // Seen from the engine's side, so that it needs no root here. `docker kill` would count as being stopped on purpose.
  await system.inEngine(`kill -9 ${before.map(({ State }) => State.Pid).join(' ')}`);
  await until(`${services.join(', ')} started again by themselves`, async () => {
    const now = await containers(system, services);
    return before.every((was) => now.some((is) => is.Id === was.Id && wasStartedAgain(was, is)));
  });
  await until('everything is healthy again', async () => {
    const now = await containers(system, await system.running());
    return now.length > 0 && now.every(({ State }) => (State.Health?.Status ?? 'healthy') === 'healthy');
  });
}

const wasStartedAgain = (was: Container, is: Container) =>
  is.State.Running && is.RestartCount > was.RestartCount && is.State.StartedAt !== was.State.StartedAt;

async function containers(system: System, services: readonly string[]): Promise<Container[]> {
  const ids = (await Promise.all(services.map((service) => system.containersOf(service)))).flat();
  return JSON.parse(await system.docker(['inspect', ...ids])) as Container[];
}
