const NOTHING = { takesNothing: true };

/** What each command of package.json takes: its program, and what it says when it is asked for help. */
const COMMANDS = {
  'packages/local-stack/src/cli/start.ts': {
    ...NOTHING,
    usage: 'npm start',
    does: 'Starts everything, runs a demo event through it, and keeps serving until Ctrl-C.',
  },
  'scripts/test.ts': {
    usage: 'npm test [-- <arguments for Vitest>]',
    does: 'Checks types, format and lint, and runs every test. With arguments only those tests, without the checks.',
  },
  'packages/local-stack/src/cli/demo.ts': {
    ...NOTHING,
    usage: 'npm run demo',
    does: 'Plays the demo event on the running stack. Exits with 1 if anything differs from what is expected.',
  },
  'packages/local-stack/src/cli/event-closure.ts': {
    usage: 'npm run event:closure -- <eventId> | --due',
    does: 'Closes one event, or every event that is due, now.',
  },
  'packages/local-stack/src/cli/dead-letters.ts': {
    usage: [
      'npm run dead-letters -- list [--type <type>] [--since <time>] [--limit <n>]',
      'npm run dead-letters -- show <id>',
      'npm run dead-letters -- replay <id>... | [--type <type>] [--since <time>] [--limit <n>]  [--dry-run]',
      'npm run dead-letters -- drop <id>... | [--type <type>] [--since <time>] [--limit <n>]  --reason <text> [--dry-run]',
    ],
    does: 'Lists, inspects, resends or drops what could not be delivered.',
  },
  'packages/local-stack/src/cli/retention.ts': {
    usage: 'npm run retention -- --dry-run | --now',
    does: 'Counts the people past their retention period; or erases them and deletes old data now.',
  },
  'packages/local-stack/src/cli/token-create.ts': {
    usage:
      'npm run --silent token:create -- --organization <slug> --role <role> [--event <id>]... [--label <text>]',
    does: 'Prints a new token. Makes the organization if its slug is new.',
  },
  'packages/local-stack/src/cli/invariants.ts': {
    ...NOTHING,
    usage: 'npm run invariants',
    does: 'Checks the invariants in the live database, read-only. Exits with 1 and the offending rows if one is broken.',
  },
  'packages/local-stack/src/cli/audit-verify.ts': {
    usage: 'npm run audit:verify [-- --organization <slug>] [--head <hash>] [--since <hash>]',
    does: 'Verifies the audit trail against its seals.',
  },
  'packages/local-stack/src/cli/why.ts': {
    usage: 'npm run why -- <enrollmentId>',
    does: 'Tells everything that happened to one person, in order.',
  },
  'packages/local-stack/src/cli/topology.ts': {
    ...NOTHING,
    usage: 'npm run topology',
    does: 'Declares what is missing on the broker, and reports what differs.',
  },
  'packages/drill/src/cli.ts': {
    usage: 'npm run drill -- [--seconds 10] [--lag 300] [--synchronous]',
    does: 'Loses a database under load, restores it, and reports what that cost.',
  },
  'packages/drill/src/cluster/cli.ts': {
    ...NOTHING,
    usage: 'npm run verify:cluster',
    does: 'Kills the leader of a three-node RabbitMQ cluster under load, three times, and reports what that cost.',
  },
  'benchmarks/src/bench.ts': {
    usage: 'npm run bench -- checkin | closure | import | relay | report | scaling [--only part,part]',
    does: 'Benchmarks one of these against a baseline. Exits with 1 if a target is missed.',
  },
  'ops/verify/cli.ts': {
    ...NOTHING,
    usage: 'npm run verify:compose',
    does: 'Builds the image, starts the system from docker-compose.yml, kills and scales its parts.',
  },
  'ops/verify/alerts.ts': {
    usage: 'npm run verify:alerts [-- --as-written]',
    does: "Causes the fault behind each alert and waits until the alert fires; as written: at the rules' own pace.",
  },
  'packages/chaos/src/cli.ts': {
    usage: 'npm run chaos -- --seed <0 to 2147483647> [--seconds <5 to 3600, default 60>]',
    does: 'Runs two of each service under faults drawn from the seed. Exits with 1 if a promise was broken.',
  },
  'packages/fuzz/src/cli.ts': {
    usage: 'npm run fuzz -- [--requests <number, default 100000>] [--seed <number>]',
    does: 'Sends random requests generated from the OpenAPI documents, and checks every answer.',
  },
  'ops/write-monitoring.ts': {
    ...NOTHING,
    usage: 'npm run monitoring',
    does: 'Writes the dashboards and alert rules of ops from their sources.',
  },
  'packages/database/test/write-schema.ts': {
    ...NOTHING,
    usage: 'npm run schema',
    does: 'Writes packages/database/schema.sql from the migrations.',
  },
  'packages/contracts/test/write-generated.ts': {
    ...NOTHING,
    usage: 'npm run contracts',
    does: 'Writes the JSON Schemas and the AsyncAPI document from the schemas in TypeScript.',
  },
};

/**
 * What there is to say before a command begins: its help, asked for with --help or -h; that it takes no arguments, if
 * some were given; otherwise null. Everything else about arguments is known to the programs, which read them before
 * anything else.
 */
export function answerToArguments(target, args) {
  const command = Object.hasOwn(COMMANDS, target) ? COMMANDS[target] : undefined;
  if (command === undefined) return null;
  const usage = `usage: ${[command.usage].flat().join('\n       ')}`;
  if (args.includes('--help') || args.includes('-h')) return { code: 0, text: `${usage}\n\n${command.does}` };
  if (command.takesNothing && args.length > 0)
    return { code: 2, text: `This command takes no arguments, but was given: ${args.join(' ')}\n${usage}` };
  return null;
}
