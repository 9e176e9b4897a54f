// What every command of this repository starts with: `node scripts/run.mjs <target.ts> [arguments]`.
//
// It runs on whatever Node.js the machine has (20 or newer), makes sure that the packages are installed, and runs the
// target with the Node.js 24 that is one of them. Asked for help, it gives it and does nothing else. Otherwise what it
// says goes to standard error, and the target has standard output to itself. Signals reach the target, its exit code is ours, and it is told (by its IPC channel) when we are gone.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensurePackages } from './ensure-packages.mjs';
import { findNode24 } from './find-node.mjs';
import { whenParentEnds } from './parent.mjs';
import { answerToArguments } from './usage.mjs';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];
const root = fileURLToPath(new URL('..', import.meta.url));

process.exitCode = await main(process.argv.slice(2));

async function main([target, ...args]) {
  const began = Date.now();
  if (target === undefined) {
    console.error('usage: node scripts/run.mjs <target.ts> [arguments]');
    return 2;
  }
  const answer = answerToArguments(target, args);
  if (answer) {
    (answer.code === 0 ? process.stdout : process.stderr).write(`${answer.text}\n`);
    return answer.code;
  }
  try {
    await ensurePackages(root, attend);
    const child = spawn(findNode24(root), [join(root, target), ...args], {
      stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
      env: {
        ...process.env,
        PATH: [join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter),
        // Halves what the start of a service takes. Node checks what it finds there against the sources.
        NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? join(root, '.local', 'compile-cache'),
        TURNOUT_COMMAND_BEGAN: String(began),
      },
    });
    return (await attend(child)).code;
  } catch (error) {
    console.error(error.message);
    return error.signal ? codeOf(error.signal) : 1;
  }
}

/**
 * Waits for a child, handing it every signal that asks us to end, or what `end` makes of it. Answers its exit code as
 * a shell tells it, and the first signal there was.
 */
function attend(child, end = (signal) => child.kill(signal)) {
  let signalled = null;
  const forward = (signal) => {
    signalled ??= signal;
    end(signal);
  };
  const parent = whenParentEnds(() => forward('SIGTERM'));
  for (const signal of SIGNALS) process.on(signal, forward);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve({ code: code ?? codeOf(signal), signalled }));
  }).finally(() => {
    parent.stop();
    for (const signal of SIGNALS) process.off(signal, forward);
  });
}

function codeOf(signal) {
  return 128 + constants.signals[signal];
}
