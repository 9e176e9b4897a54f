import { setTimeout as pause } from 'node:timers/promises';
import type { Stage } from '../stage.ts';
import type { Fault } from './fault.ts';

/** Everything that Redis knows is gone, the locks among it, while events are being closed. */
export const redisFlushed: Fault = {
  name: 'Redis is flushed again and again',
  touches: ['redis'],
  needs: ['postgres', 'closure'],
  disturbs: 'closures',
  lastsMs: [1_500, 2_500],
  async strike(stage, { forMs }) {
    const until = performance.now() + forMs;
    while (performance.now() < until) {
      await stage.stack.servers.flushRedis();
      await pause(50);
    }
    return undefined;
  },
};

/** Each closure service is told that the lock is its own: the second one asks, unawares, for a lock of another name. */
export const redisSaysYesToBoth: Fault = {
  name: 'Redis gives one lock to two holders',
  touches: ['redis'],
  needs: ['postgres', 'closure'],
  disturbs: 'closures',
  lastsMs: [3_000, 4_500],
  async strike(stage: Stage, { forMs }) {
    const second = stage.stack.instances.find(({ name }) => name === 'closure-b');
    second?.links.redis.replace('turnout:closure:', 'turnout:another:');
    try {
      await pause(forMs);
    } finally {
      second?.links.redis.heal();
    }
    return undefined;
  },
};
