import { setTimeout as pause } from 'node:timers/promises';
import type { ServiceName } from '@turnout/local-stack/service-roles';
import { waitUntil } from '@turnout/test-kit/wait-until';
import { type Instance, isReady } from '../stack/instance.ts';
import type { Stage } from '../stage.ts';
import type { Fault } from './fault.ts';

/** Long enough on a busy machine; a database that is away at the same time makes it longer, and is not waited for. */
const BACK_WITHIN_MS = 5_000;

/** Both processes of a service in turn, each as soon as the other one is back. */
export function killedInTurn(service: ServiceName): Fault {
  return {
    name: `${service} is killed, one process after the other`,
    touches: [service],
    disturbs: service === 'notifier' ? 'messages' : 'requests',
    lastsMs: [2_000, 3_500],
    victims: ['a', 'b'],
    async strike(stage, { forMs, victim }) {
      const until = performance.now() + forMs;
      let next = victim;
      let kills = 0;
      while (performance.now() < until) {
        const instance = instanceCalled(stage, `${service}-${next}`);
        kill(stage, instance);
        kills += 1;
        next = next === 'a' ? 'b' : 'a';
        await pause(300);
        await waitUntil(() => isReady(instance), { within: BACK_WITHIN_MS }).catch(() => undefined);
      }
      return `${kills} times`;
    },
  };
}

export function instanceCalled({ stack }: Stage, name: string): Instance {
  const found = stack.instances.find((instance) => instance.name === name);
  if (!found) throw new Error(`there is no ${name}`);
  return found;
}

function kill({ figures }: Stage, { pid }: Instance): void {
  try {
    process.kill(pid, 'SIGKILL');
    figures.kills += 1;
  } catch {
    // dead already, and not started again yet
  }
}
