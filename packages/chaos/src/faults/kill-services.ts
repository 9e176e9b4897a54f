import { setTimeout as pause } from 'node:timers/promises';
import type { ServiceName } from '@turnout/local-stack/service-roles';
import type { Instance } from '../stack/instance.ts';
import type { Stage } from '../stage.ts';
import type { Fault } from './fault.ts';

/** Both processes of a service in turn, again and again. */
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
        kill(stage, instanceCalled(stage, `${service}-${next}`));
        kills += 1;
        next = next === 'a' ? 'b' : 'a';
        await pause(700);
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
