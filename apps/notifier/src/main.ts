import { runUntilSignal } from '@turnout/runtime/lifecycle';
import { readConfig } from './config.ts';
import { startNotifier } from './service.ts';

await runUntilSignal(async () => startNotifier(readConfig(process.env)));
