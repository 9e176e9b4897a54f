import { setTimeout as pause } from 'node:timers/promises';
import { waitUntil } from '@turnout/test-kit/wait-until';
import type { PrivateServer } from '../stack/private-servers.ts';
import type { Stage } from '../stage.ts';
import type { Fault, Target } from './fault.ts';
import { noteRecovery } from './recovery.ts';

type Server = 'postgres' | 'rabbitmq' | 'redis';

const DISTURBS = { postgres: 'requests', rabbitmq: 'messages', redis: 'closures' } as const;
/** Redis is asked by closures only. */
const NEEDS = { postgres: [], rabbitmq: [], redis: ['postgres', 'closure'] } as const;
const NAMES = { postgres: 'PostgreSQL', rabbitmq: 'RabbitMQ', redis: 'Redis' } as const;

/** Longer than any of them takes to start on a busy machine. */
const BACK_WITHIN_MS = 60_000;

/** All of a server's processes at once; it is started again at once. */
export function serverKilled(server: Server, touches: readonly Target[], recoversWithinMs: number): Fault {
  return {
    name: `${NAMES[server]} is killed`,
    touches: [server, ...touches],
    needs: NEEDS[server],
    disturbs: DISTURBS[server],
    lastsMs: [500, 500],
    recoversWithinMs,
    async strike(stage) {
      const target = stage.stack.servers[server];
      const before = target.pids();
      signal(before, 'SIGKILL');
      stage.figures.kills += 1;
      await waitUntil(() => !target.pids().some((pid) => before.includes(pid)), { within: BACK_WITHIN_MS });
      await backAgain(stage, target);
      return undefined;
    },
  };
}

/** A server that stands still and keeps every connection open. */
export function serverStopped(
  server: Server,
  touches: readonly Target[],
  lastsMs: readonly [number, number],
): Fault {
  return {
    name: `${NAMES[server]} stands still`,
    touches: [server, ...touches],
    needs: NEEDS[server],
    disturbs: DISTURBS[server],
    lastsMs,
    recoversWithinMs: 1_000,
    async strike(stage, { forMs }) {
      const target = stage.stack.servers[server];
      const pids = target.pids();
      signal(pids, 'SIGSTOP');
      stage.figures.stops += 1;
      try {
        await pause(forMs);
      } finally {
        signal(pids, 'SIGCONT');
      }
      await backAgain(stage, target);
      return undefined;
    },
  };
}

async function backAgain(stage: Stage, target: PrivateServer): Promise<void> {
  await waitUntil(() => target.answers(), { within: BACK_WITHIN_MS });
  if (target.name === 'PostgreSQL') await noteRecovery(stage, `${target.name} is back`);
}

function signal(pids: readonly number[], name: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, name);
    } catch {
      // a child that ended meanwhile
    }
  }
}
