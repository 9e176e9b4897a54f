import { playDemo } from '@turnout/demo/play-demo';
import { noStackMessage, runningStack } from '../running-stack.ts';
import { narrator } from '../say.ts';

// npm run demo: one event through the running stack; exit code 1 if anything differs from what it should be.
const stack = runningStack();
if (!stack) {
  console.error(noStackMessage());
  process.exit(1);
}
const { ok } = await playDemo({ stack, say: narrator(process.stdout) });
console.log(ok ? '\nEverything went as expected.' : '\nThe demo failed: see the differences above.');
process.exit(ok ? 0 : 1);
