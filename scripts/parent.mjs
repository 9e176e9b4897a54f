import { readFileSync } from 'node:fs';

/**
 * Calls back when npm, which started this process, is gone without a word: then nobody will ever stop us. Under
 * another parent nothing is watched: a command may be put into the background and outlive its shell.
 */
export function whenParentEnds(callback) {
  if (!process.env.npm_lifecycle_event) return { stop() {} };
  const ancestors = chain();
  const timer = setInterval(() => {
    if (chain().join() === ancestors.join()) return;
    clearInterval(timer);
    callback();
  }, 500);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}

/** Our parent, and its parent when ours is the shell that npm puts between. */
function chain() {
  const pids = [process.ppid];
  if (process.platform === 'linux' && /^(sh|dash|bash|ash)$/.test(statOf(process.ppid).name)) {
    pids.push(statOf(process.ppid).parent);
  }
  return pids;
}

function statOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const end = stat.lastIndexOf(')');
    return {
      name: stat.slice(stat.indexOf('(') + 1, end),
      parent: Number(stat.slice(end + 2).split(' ')[1]),
    };
  } catch {
    return { name: '', parent: 0 };
  }
}
