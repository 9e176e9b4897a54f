import { setTimeout as pause } from 'node:timers/promises';
import type { UnitSpec } from './guard-messages.ts';
import { logTail } from './log-tail.ts';
import type { Guard, Unit } from './open-guard.ts';
import type { Say } from './say.ts';

export interface Supervised {
  readonly pid: number;
}

export interface Supervision {
  guard: Guard;
  /** Made anew for each attempt to start, so that another port can be tried; kept once the program was ready. */
  prepare(): Promise<UnitSpec>;
  /** What it throws says what is missing, should it never become ready. */
  isReady(): Promise<boolean>;
  readyWithinMs: number;
  attempts: number;
  say: Say;
  /** Before each start, also after a crash: clear away what the last run left. */
  before?(): Promise<void>;
  /** The program runs under this pid from now on. */
  onPid?(pid: number): void;
  /** How long to wait before it is started again; longer after each start that failed, the last one from then on. */
  pausesMs?: readonly number[];
}

/**
 * Before each start after a crash. The first is short: who repeats a request within two seconds of a crash finds the
 * service back. The others spare the machine a program that cannot start.
 */
export const PAUSES_MS = [100, 1_000, 2_000, 5_000, 10_000] as const;

/** Starts a program, waits until it is ready, and from then on starts it again whenever it ends by itself. */
export async function supervise(supervision: Supervision): Promise<Supervised> {
  const { guard, attempts } = supervision;
  for (let attempt = 1; ; attempt += 1) {
    const spec = await supervision.prepare();
    const unit = await startOnce(supervision, spec);
    const problem = await untilReady(supervision, unit);
    if (problem === null) {
      const state = { pid: unit.pid };
      supervision.onPid?.(unit.pid);
      void keepRunning(supervision, spec, unit, state);
      return state;
    }
    await unit.stop();
    if (guard.closed) throw new Error(`${spec.name} was interrupted.`);
    if (attempt >= attempts || problem.final) throw new StartFailure(spec, problem.message, attempt);
  }
}

/** Says which part did not start, its last words, and where the rest of them is. */
export class StartFailure extends Error {
  constructor(spec: UnitSpec, problem: string, attempts: number) {
    const tail = logTail(spec.logFile, 12).map((line) => `    ${line}`);
    const times = attempts > 1 ? ` (tried ${attempts} times)` : '';
    super(
      [
        `${spec.name} ${problem}${times}. Its last log lines:`,
        ...tail,
        `  All of them: ${spec.logFile}`,
      ].join('\n'),
    );
    this.name = 'StartFailure';
  }
}

async function startOnce(supervision: Supervision, spec: UnitSpec): Promise<Unit> {
  await supervision.before?.();
  return await supervision.guard.start(spec);
}

async function untilReady(
  supervision: Supervision,
  unit: Unit,
): Promise<{ message: string; final: boolean } | null> {
  const { guard } = supervision;
  let end: string | null = null;
  void unit.exited.then(({ code, signal }) => {
    end = `ended while starting (${signal ?? `exit code ${code}`})`;
  });
  const until = Date.now() + supervision.readyWithinMs;
  let missing = '';
  while (Date.now() < until) {
    if (end !== null) return { message: end, final: false };
    if (guard.closed) return { message: 'was interrupted', final: true };
    try {
      if (await supervision.isReady()) {
        unit.ready();
        return null;
      }
    } catch (error) {
      missing = `: ${error instanceof Error ? error.message : String(error)}`;
    }
    await pause(100);
  }
  return {
    message: `was not ready within ${supervision.readyWithinMs / 1000} seconds${missing}`,
    final: true,
  };
}

async function keepRunning(
  supervision: Supervision,
  spec: UnitSpec,
  first: Unit,
  state: { pid: number },
): Promise<void> {
  const { guard, say, pausesMs = PAUSES_MS } = supervision;
  let unit = first;
  for (let failures = 0; ; ) {
    const { code, signal } = await unit.exited;
    if (guard.closed) return;
    say(`${spec.name} ended (${signal ?? `exit code ${code}`}); starting it again`);
    await pause(pausesMs[Math.min(failures, pausesMs.length - 1)]);
    try {
      unit = await startOnce(supervision, spec);
    } catch (error) {
      if (guard.closed) return;
      say(`${spec.name} could not be started again: ${String(error)}`);
      failures += 1;
      continue;
    }
    state.pid = unit.pid;
    supervision.onPid?.(unit.pid);
    const problem = await untilReady(supervision, unit);
    failures = problem === null ? 0 : failures + 1;
    if (problem === null) say(`${spec.name} is back`);
  }
}
