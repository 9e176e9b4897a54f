import { runUntilSignal } from '@turnout/runtime/lifecycle';
import { readConfig } from './config.ts';
import { startCheckinService } from './service.ts';

await runUntilSignal(async () => startCheckinService(readConfig(process.env)));
