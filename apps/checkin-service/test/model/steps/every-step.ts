import fc from 'fast-check';
import type { Step } from '../step.ts';
import { anyAnnulment } from './annul.ts';
import { anyBulkUndo } from './annul-many.ts';
import { anyCancellation } from './cancel.ts';
import { anyClosing } from './close.ts';
import { anyEnrolling } from './enroll.ts';
import { anyReplay } from './replay.ts';
import { anyReuseOfScanId } from './reuse-scan-id.ts';
import { anyScan } from './scan.ts';
import { anyUpload } from './upload-batch.ts';

/** Whatever can happen at an event. A new kind of step is a file beside this one and a line here. */
export const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 24, arbitrary: anyScan },
  { weight: 8, arbitrary: anyUpload },
  { weight: 6, arbitrary: anyReplay },
  { weight: 3, arbitrary: anyReuseOfScanId },
  { weight: 9, arbitrary: anyAnnulment },
  { weight: 3, arbitrary: anyBulkUndo },
  { weight: 3, arbitrary: anyEnrolling },
  { weight: 1, arbitrary: anyCancellation },
  { weight: 4, arbitrary: anyClosing },
);
