import { runUntilSignal } from '@turnout/runtime/lifecycle';
import { readConfig } from './config.ts';
import { startClosureService } from './service.ts';

await runUntilSignal(async () => startClosureService(readConfig(process.env)));
