import type { Db } from '@turnout/runtime/postgres';
import type { Ledger } from './clients/ledger.ts';
import type { OtherTeam } from './clients/other-team.ts';
import type { Traffic } from './clients/traffic.ts';
import type { World } from './clients/world.ts';
import type { ChaosStack } from './stack/start-chaos-stack.ts';

/** Everything a fault or a check may need of a run. */
export interface Stage {
  stack: ChaosStack;
  /** As the owner of the database, past all proxies. */
  db: Db;
  world: World;
  ledger: Ledger;
  traffic: Traffic;
  otherTeam: OtherTeam;
  figures: Figures;
  /** What must not be, as it is seen; one sentence each. */
  violations: string[];
  /** Ids of messages planted in the notifier's queue that nobody can handle, with their bodies. */
  poison: Map<string, Buffer>;
  say(line: string): void;
}

export interface Figures {
  kills: number;
  stops: number;
  /** Milliseconds from the end of a fault until work was done again, by fault. */
  recoveries: { after: string; ms: number }[];
  /** Copies of messages that faults put into the notifier's queue. */
  republished: number;
  /** Failpoints at which a process was ended or stopped. */
  points: string[];
  /** Connections reset while PostgreSQL answered a COMMIT. */
  commitAnswersLost: number;
  /** The notifier's queue was deleted, so that what was in it must be sent again. */
  queueDeleted: boolean;
}

export function noFigures(): Figures {
  return {
    kills: 0,
    stops: 0,
    recoveries: [],
    republished: 0,
    points: [],
    commitAnswersLost: 0,
    queueDeleted: false,
  };
}
