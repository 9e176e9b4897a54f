/** One program that a guard starts, watches and, at the end, stops. */
export interface UnitSpec {
  name: string;
  command: string;
  args: readonly string[];
  cwd: string;
  env: Record<string, string>;
  user?: { uid: number; gid: number };
  logFile: string;
  stopSignal: NodeJS.Signals;
  /** How long the program has after `stopSignal` before SIGKILL. */
  graceMs: number;
  /** Stopped by SIGKILL as long as nobody has said that it is ready: it has nothing to lose, and would take long. */
  killedUntilReady?: boolean;
  /** Units of a higher stage are stopped before those of a lower one. */
  stage: number;
  /** The data directory of a PostgreSQL server, by which its children are recognised. */
  postgresDir?: string;
}

export interface UnitExit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

export type ToGuard =
  | { type: 'start'; id: number; spec: UnitSpec }
  | { type: 'ready'; id: number }
  | { type: 'stop'; id: number }
  | { type: 'remove-at-end'; path: string }
  | { type: 'keep'; path: string }
  | { type: 'end'; gracefully: boolean };

export type FromGuard =
  | { type: 'ready' }
  | { type: 'started'; id: number; pid: number }
  | { type: 'failed'; id: number; message: string }
  | ({ type: 'exited'; id: number } & UnitExit);
