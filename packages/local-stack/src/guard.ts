// The guard of a stack: a process beside the command that starts everything for it, and stops all of it when the
// command says so or ends in whatever way, SIGKILL included: then the channel between the two closes, which no process
// can avoid. It lives in a session of its own, where neither Ctrl-C nor a closing terminal reaches it.
//
// Every program gets a process group of its own and the mark of the stack (leftovers.ts). A stop is the program's own
// signal, its grace, SIGKILL to the group, and then a look for whatever still carries the mark. What kills the guard
// as well leaves programs behind; the next start of the stack ends them by their mark.
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { FromGuard, ToGuard, UnitSpec } from './guard-messages.ts';
import { endLeftovers, MARK } from './leftovers.ts';

interface Unit {
  spec: UnitSpec;
  child: ChildProcess;
  exited: Promise<void>;
  ready: boolean;
}

const stackDir = process.argv[2];
if (stackDir === undefined) throw new Error('usage: guard.ts <directory of the stack>');

const units = new Map<number, Unit>();
const removeAtEnd = new Set<string>();
let ending: Promise<void> | undefined;
let hurry = false;

for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => {});
process.on('SIGTERM', () => void end());
process.on('disconnect', () => void end());
process.on('message', (message: ToGuard) => {
  if (message.type === 'start') start(message.id, message.spec);
  if (message.type === 'ready') markReady(message.id);
  if (message.type === 'stop') void stop(message.id);
  if (message.type === 'remove-at-end') removeAtEnd.add(message.path);
  if (message.type === 'keep') removeAtEnd.delete(message.path);
  if (message.type === 'end') void end(message.gracefully);
});
if (process.connected) tell({ type: 'ready' });
else void end();

function start(id: number, spec: UnitSpec): void {
  if (ending) {
    tell({ type: 'failed', id, message: 'the stack is being stopped' });
    return;
  }
  let log: number | undefined;
  try {
    mkdirSync(dirname(spec.logFile), { recursive: true });
    log = openSync(spec.logFile, 'a', 0o600);
    const child = spawn(spec.command, [...spec.args], {
      cwd: spec.cwd,
      env: { ...spec.env, [MARK]: stackDir },
      ...spec.user,
      detached: true,
      stdio: ['ignore', log, log],
    });
    const exited = new Promise<void>((resolve) => {
      child.once('exit', (code, signal) => {
        if (child.pid !== undefined) signalGroup(child.pid, 'SIGKILL');
        units.delete(id);
        tell({ type: 'exited', id, code, signal });
        resolve();
      });
      child.once('error', (error) => {
        if (child.pid !== undefined) return;
        units.delete(id);
        tell({ type: 'failed', id, message: error.message });
        resolve();
      });
    });
    units.set(id, { spec, child, exited, ready: false });
    if (child.pid !== undefined) tell({ type: 'started', id, pid: child.pid });
  } catch (error) {
    tell({ type: 'failed', id, message: String(error) });
  } finally {
    if (log !== undefined) closeSync(log);
  }
}

function markReady(id: number): void {
  const unit = units.get(id);
  if (unit) unit.ready = true;
}

async function stop(id: number): Promise<void> {
  const unit = units.get(id);
  if (unit?.child.pid === undefined) return;
  const { child, spec, exited, ready } = unit;
  child.kill(spec.killedUntilReady && !ready ? 'SIGKILL' : spec.stopSignal);
  const until = Date.now() + spec.graceMs;
  while (units.has(id) && Date.now() < until && !hurry) await Promise.race([exited, pause(50)]);
  if (units.has(id)) child.kill('SIGKILL');
  await exited;
}

function end(gracefully = true): Promise<void> {
  hurry ||= !gracefully;
  ending ??= endEverything();
  return ending;
}

async function endEverything(): Promise<void> {
  const postgresDirs = [...units.values()].flatMap(({ spec }) => spec.postgresDir ?? []);
  const stages = [...new Set([...units.values()].map((unit) => unit.spec.stage))].sort((a, b) => b - a);
  for (const stage of stages) {
    const ids = [...units].filter(([, unit]) => unit.spec.stage === stage).map(([id]) => id);
    await Promise.all(ids.map(stop));
  }
  await endLeftovers({ stackDir: stackDir as string });
  for (const postgresDir of postgresDirs) await endLeftovers({ postgresDir });
  for (const path of removeAtEnd) rmSync(path, { recursive: true, force: true });
  process.exit(0);
}

function signalGroup(leader: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-leader, signal);
  } catch {
    // the group is empty
  }
}

function tell(message: FromGuard): void {
  if (process.connected) process.send?.(message, () => {}); // the callback takes the error of a parent that just died
}
