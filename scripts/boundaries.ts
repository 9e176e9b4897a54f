/**
 * Who may import whom. A package that is not listed may not exist: a new one is a decision, and is written down here.
 * Tests may use any of ours.
 */
const SERVICE = [
  'access',
  'attendance',
  'attendance-store',
  'audit',
  'broker',
  'contracts',
  'database',
  'outbox',
  'runtime',
];

export const MAY_IMPORT: Record<string, readonly string[]> = {
  'admin-service': SERVICE,
  'checkin-service': SERVICE,
  'closure-service': SERVICE,
  notifier: ['access', 'broker', 'contracts', 'database', 'runtime'],

  access: ['contracts', 'runtime'],
  audit: ['contracts', 'runtime'],
  'attendance-store': ['attendance', 'contracts', 'outbox', 'runtime'],
  broker: ['contracts', 'runtime'],
  database: ['runtime'],
  outbox: ['runtime'],
  attendance: [],
  contracts: [],
  runtime: [],

  // Of development; nothing that is shipped imports them.
  chaos: ['broker', 'contracts', 'database', 'invariants', 'local-stack', 'runtime', 'test-kit'],
  demo: ['contracts'],
  drill: [
    'broker',
    'contracts',
    'database',
    'demo',
    'invariants',
    'local-stack',
    'outbox',
    'runtime',
    'test-kit',
  ],
  fuzz: [],
  invariants: ['attendance', 'attendance-store', 'audit', 'contracts', 'runtime'],
  'local-stack': ['access', 'broker', 'contracts', 'database', 'demo', 'runtime'],
  safety: [],
  'test-kit': ['access', 'broker', 'contracts', 'database', 'local-stack', 'runtime'],
};

/**
 * Folders of a service that know nothing of those further out: a request is served by a command, not the other way
 * round.
 */
export const MAY_NOT_SEE: Record<string, readonly string[]> = {
  answers: ['commands', 'http'],
  commands: ['http'],
};

/** Packages whose sources compute and nothing else, so that a decision can be tested and repeated. */
export const PURE = ['attendance'];

/** What a pure source may not name, with the reason. */
export const IMPURE: readonly { pattern: RegExp; what: string }[] = [
  {
    pattern: /\bDate\s*\.\s*now\b|\bnew\s+Date\s*(?:\(\s*\)|(?!\s*\())|\bTemporal\s*\.\s*Now\b/g,
    what: 'reads the clock',
  },
  { pattern: /\bMath\s*\.\s*random\b|\bcrypto\b/g, what: 'takes a random value' },
  { pattern: /\bprocess\b|\bglobalThis\b/g, what: 'looks at the process' },
  { pattern: /\bconsole\b/g, what: 'prints' },
  { pattern: /\bfetch\b|\bWebSocket\b/g, what: 'uses the network' },
  { pattern: /\bset(?:Timeout|Interval|Immediate)\b|\bperformance\b/g, what: 'uses a timer' },
];
