import { setTimeout as pause } from 'node:timers/promises';
import type { FaultProxy } from '@turnout/test-kit/start-proxy';
import type { Instance } from '../stack/instance.ts';
import type { Stage } from '../stage.ts';
import type { Fault } from './fault.ts';
import { noteRecovery } from './recovery.ts';

type Link = keyof Instance['links'];

/** Without a database there is nothing to publish; Redis is asked by closures only. */
const NEEDS = { postgres: [], rabbitmq: ['postgres'], redis: ['postgres', 'closure'] } as const;
const NAMES = { postgres: 'PostgreSQL', rabbitmq: 'RabbitMQ', redis: 'Redis' } as const;
const DISTURBS = { postgres: 'requests', rabbitmq: 'messages', redis: 'closures' } as const;
/** Whose connections they are; 'all' at once are those of every process. */
const VICTIMS = {
  postgres: ['checkin-a', 'checkin-b', 'closure-a', 'closure-b', 'admin-a', 'notifier-a', 'all'],
  rabbitmq: ['checkin-a', 'checkin-b', 'closure-a', 'closure-b', 'notifier-a', 'notifier-b', 'all'],
  redis: ['closure-a', 'closure-b', 'all'],
} as const;

interface NetworkFault {
  link: Link;
  what: string;
  begin: (proxy: FaultProxy) => void;
  lastsMs?: readonly [number, number];
  victims?: readonly string[];
}

/** A fault of the network between processes and one of their servers. */
export function networkFault({ link, what, begin, lastsMs, victims }: NetworkFault): Fault {
  return {
    name: `${what} (${NAMES[link]})`,
    touches: [link],
    needs: NEEDS[link],
    disturbs: DISTURBS[link],
    lastsMs: lastsMs ?? [1_500, 3_000],
    recoversWithinMs: 500,
    victims: victims ?? VICTIMS[link],
    async strike(stage, { forMs, victim }) {
      const proxies = linksOf(stage, victim, link);
      for (const proxy of proxies) begin(proxy);
      try {
        await pause(forMs);
      } finally {
        for (const proxy of proxies) proxy.heal();
      }
      if (link === 'postgres') await noteRecovery(stage, `${what} (PostgreSQL, ${victim})`);
      return undefined;
    },
  };
}

/** The request goes through, the answer to COMMIT does not: what the client takes for failed has happened. */
export const commitAnswersLost: Fault = {
  name: 'the answers to COMMIT are lost',
  touches: ['postgres'],
  disturbs: 'requests',
  lastsMs: [1_500, 2_500],
  recoversWithinMs: 500,
  victims: ['checkin-a', 'checkin-b', 'all'],
  async strike(stage, { forMs, victim }) {
    const proxies = linksOf(stage, victim, 'postgres');
    const lost = () => proxies.reduce((sum, { answersLost }) => sum + answersLost, 0);
    const before = lost();
    for (const proxy of proxies) proxy.loseAnswersTo('commit\0');
    try {
      await pause(forMs);
    } finally {
      for (const proxy of proxies) proxy.heal();
    }
    stage.figures.commitAnswersLost += lost() - before;
    await noteRecovery(stage, 'answers to COMMIT were lost');
    return `${lost() - before} of them`;
  },
};

/** Resets, one after the other, while work goes on. */
export function resets(link: Link): Fault {
  return {
    name: `connections are reset again and again (${NAMES[link]})`,
    touches: [link],
    needs: NEEDS[link],
    disturbs: DISTURBS[link],
    lastsMs: [1_500, 2_500],
    victims: VICTIMS[link],
    async strike(stage, { forMs, victim }) {
      const until = performance.now() + forMs;
      while (performance.now() < until) {
        for (const proxy of linksOf(stage, victim, link)) proxy.reset();
        await pause(300);
      }
      return undefined;
    },
  };
}

function linksOf({ stack }: Stage, victim: string, link: Link): FaultProxy[] {
  return stack.instances
    .filter(({ name }) => victim === 'all' || name === victim)
    .map(({ links }) => links[link]);
}
