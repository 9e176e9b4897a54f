import { type ChildProcess, fork } from 'node:child_process';
import { mkdirSync, openSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FromGuard, ToGuard, UnitExit, UnitSpec } from './guard-messages.ts';
import { endLeftovers, GUARD_MARK, MARK } from './leftovers.ts';

export interface Unit {
  readonly pid: number;
  readonly exited: Promise<UnitExit>;
  /** Tells the guard that the program does its work from now on. */
  ready(): void;
  stop(): Promise<void>;
}

// A guard whose command was killed stops its servers in less than this.
const PATIENCE_MS = 30_000;

/** Starts programs, and is certain to end them: when it is disposed, and when this process ends in any way. */
export interface Guard extends AsyncDisposable {
  /** Whether a stop was asked for, or the guard is gone. */
  readonly closed: boolean;
  /** Settles when the guard process has ended, asked to or not. */
  readonly ended: Promise<void>;
  start(spec: UnitSpec): Promise<Unit>;
  /** Removes a file or directory after everything has stopped, however the stack ends. */
  removeAtEnd(path: string): { now(): void };
  /** Ends everything by SIGKILL, also while a graceful end is under way. */
  endAtOnce(): void;
}

/** Opens the guard of the stack in this directory, after ending whatever an earlier run of it left behind. */
export async function openGuard(options: { dir: string; logDir: string }): Promise<Guard> {
  mkdirSync(options.dir, { recursive: true });
  mkdirSync(options.logDir, { recursive: true });
  const dir = realpathSync(options.dir);
  await endLeftovers({ stackDir: dir }, PATIENCE_MS);
  const log = openSync(join(options.logDir, 'guard.log'), 'a', 0o600);
  const child = fork(fileURLToPath(new URL('./guard.ts', import.meta.url)), [dir], {
    detached: true,
    execArgv: [],
    env: { ...process.env, [MARK]: dir, [GUARD_MARK]: dir },
    stdio: ['ignore', log, log, 'ipc'],
  });
  return new GuardClient(child, dir).ready();
}

class GuardClient implements Guard {
  readonly #child: ChildProcess;
  readonly #dir: string;
  readonly ended: Promise<void>;
  readonly #started = new Map<number, PromiseWithResolvers<number>>();
  readonly #exited = new Map<number, PromiseWithResolvers<UnitExit>>();
  #nextId = 0;
  closed = false;

  constructor(child: ChildProcess, dir: string) {
    this.#child = child;
    this.#dir = dir;
    this.ended = new Promise((resolve) => {
      child.once('exit', () => {
        this.closed = true;
        for (const { reject } of this.#started.values()) reject(new Error('The guard process has ended.'));
        for (const { resolve: exit } of this.#exited.values()) exit({ code: null, signal: null });
        resolve();
      });
    });
    child.on('message', (message: FromGuard) => this.#hear(message));
  }

  async ready(): Promise<Guard> {
    const first = new Promise((resolve) => this.#child.once('message', resolve));
    await Promise.race([first, this.ended]);
    if (this.#child.exitCode !== null) throw new Error('The guard process did not start.');
    return this;
  }

  async start(spec: UnitSpec): Promise<Unit> {
    if (this.closed) throw new Error(`${spec.name} is not started: the stack is being stopped.`);
    const id = this.#nextId++;
    const started = Promise.withResolvers<number>();
    const exited = Promise.withResolvers<UnitExit>();
    this.#started.set(id, started);
    this.#exited.set(id, exited);
    this.#tell({ type: 'start', id, spec });
    const pid = await started.promise;
    const stop = async () => {
      this.#tell({ type: 'stop', id });
      await exited.promise;
    };
    return { pid, exited: exited.promise, ready: () => this.#tell({ type: 'ready', id }), stop };
  }

  removeAtEnd(path: string): { now(): void } {
    this.#tell({ type: 'remove-at-end', path });
    const now = () => {
      rmSync(path, { recursive: true, force: true });
      this.#tell({ type: 'keep', path });
    };
    return { now };
  }

  endAtOnce(): void {
    this.closed = true;
    this.#tell({ type: 'end', gracefully: false });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.closed = true;
    this.#tell({ type: 'end', gracefully: true });
    await this.ended;
    await endLeftovers({ stackDir: this.#dir });
  }

  #tell(message: ToGuard): void {
    if (this.#child.connected) this.#child.send(message, () => {}); // a guard that died is noticed by its exit
  }

  #hear(message: FromGuard): void {
    if (message.type === 'started') this.#started.get(message.id)?.resolve(message.pid);
    if (message.type === 'failed') this.#started.get(message.id)?.reject(new Error(message.message));
    if (message.type === 'exited') {
      this.#exited.get(message.id)?.resolve({ code: message.code, signal: message.signal });
      this.#started.delete(message.id);
      this.#exited.delete(message.id);
    }
  }
}
