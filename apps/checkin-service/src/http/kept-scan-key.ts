import type { KeptScan } from '@turnout/attendance-store/door/kept-scan';
import { uuid } from '@turnout/contracts/primitives';
import { z } from 'zod';

/** What a cursor of a list of scans holds. */
export const keptScanKey: z.ZodType<KeptScan> = z.tuple([z.enum(['scans', 'reused_scans']), uuid]);
