import { playDemo } from './play-demo.ts';

// Plays the demonstration against a system that runs elsewhere, such as that of docker-compose.yml.
const { env } = process;
const named = (name: string): string => {
  const value = env[name];
  if (value) return value;
  console.error(
    `${name} is not set. The demo needs the services' URLs, AMQP_URL, ADMIN_TOKEN and SUPERVISOR_TOKEN.`,
  );
  process.exit(1);
};
const { ok } = await playDemo({
  stack: {
    services: {
      checkin: { url: named('CHECKIN_URL') },
      closure: { url: named('CLOSURE_URL') },
      admin: { url: named('ADMIN_URL') },
      notifier: { url: named('NOTIFIER_URL') },
    },
    infrastructure: { amqpUrl: named('AMQP_URL'), mailboxUrl: null },
    tokens: { admin: named('ADMIN_TOKEN'), supervisor: named('SUPERVISOR_TOKEN') },
  },
  say: (line) => console.log(line),
});
console.log(ok ? '\nEverything went as expected.' : '\nThe demo failed: see the differences above.');
process.exitCode = ok ? 0 : 1;
