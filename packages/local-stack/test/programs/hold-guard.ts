import { openGuard } from '../../src/open-guard.ts';

// Opens a guard in the directory of the first argument, starts a shell with two children under it, one of which
// ignores every gentle signal, says who they are, and waits to be killed.
const [dir = '', removeAtEnd = ''] = process.argv.slice(2);
const guard = await openGuard({ dir, logDir: dir });
guard.removeAtEnd(removeAtEnd);
const unit = await guard.start({
  name: 'sleepers',
  command: '/bin/sh',
  args: ['-c', "(trap '' TERM INT HUP; while :; do sleep 1; done) & sleep 1000"],
  cwd: '/',
  env: { PATH: process.env.PATH ?? '' },
  logFile: `${dir}/sleepers.log`,
  stopSignal: 'SIGTERM',
  graceMs: 500,
  stage: 1,
});
console.log(unit.pid);
setInterval(() => {}, 1_000);
