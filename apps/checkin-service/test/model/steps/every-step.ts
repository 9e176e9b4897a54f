import fc from 'fast-check';
import type { Step } from '../step.ts';
import { anyAdmittance } from './admit-unpaid.ts';
import { anyAnnulment } from './annul.ts';
import { anyBulkUndo } from './annul-many.ts';
import { anyCancellation } from './cancel.ts';
import { anyEventCancellation } from './cancel-event.ts';
import { anyDoorCheck } from './check-door.ts';
import { anyClosing } from './close.ts';
import { anyEnrolling } from './enroll.ts';
import { anyOrder } from './put-order.ts';
import { anyRedemption } from './redeem.ts';
import { anyReplay } from './replay.ts';
import { anyReuseOfScanId } from './reuse-scan-id.ts';
import { anyScan } from './scan.ts';
import { anyUpload } from './upload-batch.ts';

/** Whatever can happen at an event. A new kind of step is a file beside this one and a line here. */
export const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 24, arbitrary: anyScan },
  { weight: 5, arbitrary: anyAdmittance },
  { weight: 8, arbitrary: anyUpload },
  { weight: 14, arbitrary: anyRedemption },
  { weight: 8, arbitrary: anyDoorCheck },
  { weight: 9, arbitrary: anyOrder },
  { weight: 9, arbitrary: anyReplay },
  { weight: 7, arbitrary: anyReuseOfScanId },
  { weight: 9, arbitrary: anyAnnulment },
  { weight: 3, arbitrary: anyBulkUndo },
  { weight: 3, arbitrary: anyEnrolling },
  { weight: 1, arbitrary: anyCancellation },
  { weight: 4, arbitrary: anyClosing },
);

/** After a cancellation of the event all is refused, so a story with many steps would end too early. */
export const anyStepOrTheEnd: fc.Arbitrary<Step> = fc.oneof(
  { weight: 120, arbitrary: anyStep },
  { weight: 1, arbitrary: anyEventCancellation },
);
