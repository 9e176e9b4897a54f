/**
 * Scans of a crowd by several processes on one database: what is measured as `processes` on two processors that all of
 * them share, and then with processors of their own. Simulated: each connection sends a scan when its last one is
 * answered; a process gathers scans of an event as `gather-scans.ts` does; a set takes PostgreSQL's time until it has
 * its event's lock in the outbox, waits for its turn, and holds the lock until its commit has ended.
 *
 * Not in it: network, checkpoints, vacuum, the relay's reading, and that processors get slower the more share a
 * machine.
 */
import { Clock, Places } from './turns.ts';

/** Measured by `--only sets`, in milliseconds for a set of `scans`; sets of 1 to 30. */
const BEFORE_LOCK = (scans: number) => 0.6 + 0.08 * scans;
const HOLDS_LOCK = (scans: number) => 0.42 + 0.012 * scans;

/**
 * Measured (benchmarks/README.md): 183 µs of the process for a scan among 128 connections, whose sets are of about 25,
 * and 750 µs for a lone one. So a set has a cost of its own.
 */
const PROCESS_FOR_SCAN_MS = 0.16;
const PROCESS_FOR_SET_MS = 0.59;
/** The same account, for one scan. */
const BROKER_MS = 0.048;
const GENERATOR_MS = 0.045;

/** As in gather-scans.ts. */
const CROWD = 8;
const MOST_SECOND = 2;

const SCANS = 60_000;

export interface Crowd {
  processes: number;
  connections: number;
  /** How many events the scans are of. */
  events: number;
  /** Every process serves every event, or each event has one process. */
  spread: 'over all processes' | 'by event';
  /**
   * PostgreSQL's, with one more for each process; or how many there are for everything, the load generator included.
   */
  processors: { ofDatabase: number } | { forAll: number };
}

export interface Crowded {
  scansASecond: number;
  scansInASet: number;
  /** Of the busiest event; 0 to 1. */
  lockBusy: number;
  databaseBusy: number;
}

interface Door {
  waiting: (() => void)[];
  transactions: number;
}

export function simulateCrowd({ processes, connections, events, spread, processors }: Crowd): Crowded {
  const clock = new Clock();
  const shared = 'forAll' in processors ? new Places(clock, processors.forAll) : null;
  const database = 'forAll' in processors ? (shared as Places) : new Places(clock, processors.ofDatabase);
  const locks = Array.from({ length: events }, () => new Places(clock, 1));
  const sets: number[] = [];
  let answered = 0;

  const work = (on: Places | null, ms: number, then: () => void) => {
    if (on === null) return clock.after(ms, then);
    on.take((free) =>
      clock.after(ms, () => {
        free();
        then();
      }),
    );
  };

  function startProcess() {
    const thread = new Places(clock, 1);
    const doors = Array.from({ length: events }, (): Door => ({ waiting: [], transactions: 0 }));
    let seconds = 0;
    const think = (ms: number, then: () => void) =>
      thread.take((free) =>
        work(shared, ms, () => {
          free();
          then();
        }),
      );

    function record(event: number, door: Door, isSecond: boolean): void {
      const set = door.waiting.splice(0);
      if (set.length === 0) {
        door.transactions -= 1;
        seconds -= Number(isSecond);
        return;
      }
      sets.push(set.length);
      work(database, BEFORE_LOCK(set.length), () =>
        (locks[event] as Places).take((free) =>
          work(database, HOLDS_LOCK(set.length), () => {
            free();
            think(PROCESS_FOR_SET_MS + (set.length * PROCESS_FOR_SCAN_MS) / 2, () => {
              for (const answer of set) answer();
              record(event, door, isSecond);
            });
          }),
        ),
      );
    }

    return (event: number, answer: () => void) =>
      think(PROCESS_FOR_SCAN_MS / 2, () => {
        const door = doors[event] as Door;
        door.waiting.push(answer);
        const isSecond = door.waiting.length >= CROWD && door.transactions === 1 && seconds < MOST_SECOND;
        if (door.transactions > 0 && !isSecond) return;
        door.transactions += 1;
        seconds += Number(isSecond);
        record(event, door, isSecond);
      });
  }

  const scanBy = Array.from({ length: processes }, startProcess);
  function connect(index: number): void {
    const event = index % events;
    const process = (spread === 'by event' ? event : event + Math.floor(index / events)) % processes;
    const send = () =>
      work(shared, shared ? GENERATOR_MS : 0, () =>
        (scanBy[process] as (typeof scanBy)[0])(event, () => {
          answered += 1;
          if (shared) work(shared, BROKER_MS, () => undefined);
          send();
        }),
      );
    send();
  }
  for (let index = 0; index < connections; index += 1) connect(index);
  clock.run(() => answered >= SCANS);
  return {
    scansASecond: (answered / clock.now) * 1_000,
    scansInASet: sets.reduce((sum, size) => sum + size, 0) / sets.length,
    lockBusy: Math.max(...locks.map(({ busy }) => busy)),
    databaseBusy: database.busy,
  };
}
