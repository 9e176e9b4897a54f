import { answerPage } from '@turnout/access/answer-page';
import { listDevices, type ReportingDevice } from '@turnout/attendance-store/devices/list-devices';
import { findEvent } from '@turnout/attendance-store/find-event';
import { listOf, page } from '@turnout/contracts/http/pagination';
import type { ReportingDeviceBody } from '@turnout/contracts/http/scans';
import { reportingDevice } from '@turnout/contracts/http/scans';
import type { Reply } from '@turnout/runtime/http/reply';
import { z } from 'zod';
import type { CheckinContext } from '../context.ts';
import { oneEvent, overseers, route } from './route.ts';

/** The devices that have reported about an event: who is awaited before it is closed. */
export function listDevicesRoute({ db }: CheckinContext) {
  return route({
    method: 'get',
    path: '/v1/events/:eventId/devices',
    summary: 'Lists the devices that have reported whether they still hold scans',
    answers: { 200: listOf(reportingDevice) },
    allow: overseers,
    params: oneEvent,
    query: z.object(page),
    async handle({ principal, params, query }): Promise<Reply> {
      const event = await findEvent(db, principal.organizationId, params.eventId);
      if (!event) return { problem: 'not_found' };
      return await answerPage({
        list: `devices of ${event.id}`,
        principal,
        query,
        load: (after, limit) => listDevices(db, { eventId: event.id, after, limit }),
        idOf: (device) => device.deviceId,
        toBody: deviceBody,
      });
    },
  });
}

function deviceBody(device: ReportingDevice): ReportingDeviceBody {
  return {
    deviceId: device.deviceId,
    deviceLabel: device.deviceLabel,
    pendingBefore: device.pendingBefore?.toISOString() ?? null,
    reportedAt: device.reportedAt.toISOString(),
  };
}
