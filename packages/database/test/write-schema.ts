import { writeFileSync } from 'node:fs';
import setup from '@turnout/test-kit/global-setup';
import { createTestDatabase } from '@turnout/test-kit/test-database';
import { dumpSchema } from './dump-schema.ts';

// npm run schema: writes schema.sql anew from the migrations.
const stop = await setup();
const database = await createTestDatabase();
writeFileSync(new URL('../schema.sql', import.meta.url), dumpSchema(database.url));
await database.drop();
await stop();
