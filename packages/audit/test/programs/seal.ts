import { createLogger } from '@turnout/runtime/logger';
import { startSealer } from '../../src/sealer.ts';

// Seals until it is killed.
const url = process.env.DATABASE_URL ?? '';
startSealer({
  database: { url, applicationName: 'test' },
  logger: createLogger({ name: 'test', level: 'silent' }),
  pollMs: 5,
});
