import type { Principal } from '@turnout/access/principal';
import type { ChangeContext } from '@turnout/attendance-store/stored';
import type { ScanRequest } from '@turnout/contracts/http/check-ins';

/** A scan with the device that made it and the request that brought it. */
export interface SubmittedScan {
  scan: ScanRequest;
  principal: Principal;
  context: ChangeContext;
}
