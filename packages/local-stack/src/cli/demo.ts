import { loadDemo } from '../load-demo.ts';
import { noStackMessage, runningStack } from '../running-stack.ts';
import { narrator } from '../say.ts';

// npm run demo: one event through the running stack; exit code 1 if anything differs from what it should be.
const stack = runningStack();
const demo = await loadDemo();
if (!stack || !demo) {
  console.error(stack ? 'The demonstration is not part of this checkout.' : noStackMessage());
  process.exit(1);
}
const { ok } = await demo.playDemo({ stack, say: narrator(process.stdout) });
console.log(ok ? '\nEverything went as it should.' : '\nThe differences above should not be.');
process.exit(ok ? 0 : 1);
