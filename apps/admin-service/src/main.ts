import { runUntilSignal } from '@turnout/runtime/lifecycle';
import { readConfig } from './config.ts';
import { startAdminService } from './service.ts';

await runUntilSignal(async () => startAdminService(readConfig(process.env)));
