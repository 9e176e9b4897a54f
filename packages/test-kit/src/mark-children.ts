import { MARK } from '@turnout/local-stack/leftovers';

// Runs in each test process. Programs that a test starts carry the mark of the test servers from here on, so that the
// end of the run ends those that a failed test left behind.
process.env[MARK] = process.env.TEST_STACK_DIR;
