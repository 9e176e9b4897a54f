import { SECOND } from '@turnout/runtime/durations';

/**
 * How long a notifier that stops waits for mails and calls under way: most of the ten seconds that a process has, and
 * time to write down how they went. What takes longer is cut off and tried again by another, so it may arrive twice.
 */
export const PATIENCE = 7 * SECOND;
