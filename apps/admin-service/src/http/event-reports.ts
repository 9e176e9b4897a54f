import { readers } from '@turnout/access/authorize';
import { findEvent } from '@turnout/attendance-store/find-event';
import {
  countByDevice,
  countByQuarterHour,
  countByStation,
} from '@turnout/attendance-store/reports/count-check-ins';
import { readAttendance } from '@turnout/attendance-store/reports/read-attendance';
import { readCheckIns } from '@turnout/attendance-store/reports/read-check-ins';
import {
  attendanceReport,
  attendanceReportQuery,
  checkInCounts,
  checkInCountsQuery,
  checkInReport,
  checkInReportQuery,
} from '@turnout/contracts/http/reports';
import { SECOND } from '@turnout/runtime/durations';
import type { Reply } from '@turnout/runtime/http/reply';
import { z } from 'zod';
import type { AdminContext } from '../context.ts';
import { assess, hasArrived } from '../reports/assess.ts';
import { attendanceColumns } from '../reports/attendance-columns.ts';
import { checkInCountColumns, hoursOf } from '../reports/check-in-counts.ts';
import { checkInColumns, checkInRow } from '../reports/check-in-rows.ts';
import { exportReport } from '../reports/export-report.ts';
import { listedEventBody } from './event-body.ts';
import { files, oneEvent, route } from './route.ts';

/**
 * Of a route that counts all of an event before its first row leaves. A database that does not answer is found out
 * sooner: the audit is written first, under the deadline of any other statement.
 */
export const COUNTED_WITHIN = 20 * SECOND;

export function attendanceReportRoute(context: AdminContext) {
  return route({
    method: 'get',
    path: '/v1/events/:eventId/report',
    allow: readers,
    params: oneEvent,
    query: z.object(attendanceReportQuery),
    summary: 'Reports who was there and what became of each enrollment of an event',
    answers: { 200: { json: attendanceReport, mediaTypes: files } },
    async handle({ principal, params, query, requestId }): Promise<Reply> {
      const event = await findEvent(context.db, principal.organizationId, params.eventId);
      if (!event) return { problem: 'not_found' };
      const { format, status, ticketType, arrived } = query;
      const body = listedEventBody(event);
      return exportReport(
        context,
        { principal, requestId },
        {
          name: 'attendance',
          format,
          filters: { status, ticketType, arrived },
          eventId: event.id,
          subjectId: null,
          fileName: ['Attendance', body.days[0] ?? '', event.name],
          sheet: 'Attendance',
          about: { event: body },
          columns: attendanceColumns(event.timeZone, body.days),
          async *read(tx) {
            for await (const page of readAttendance(tx, event.id)) {
              yield page
                .filter(
                  (one) =>
                    (status === undefined || one.status === status) &&
                    (ticketType === undefined || one.ticketType === ticketType) &&
                    (arrived === undefined || hasArrived(one) === (arrived === 'yes')),
                )
                .map((one) => ({ ...assess(event, one), participant: one.participant }));
            }
          },
        },
      );
    },
  });
}

export function checkInReportRoute(context: AdminContext) {
  return route({
    method: 'get',
    path: '/v1/events/:eventId/check-ins/report',
    allow: readers,
    params: oneEvent,
    query: z.object(checkInReportQuery),
    summary: 'Reports every check-in of an event, including exits and annulled ones',
    answers: { 200: { json: checkInReport, mediaTypes: files } },
    async handle({ principal, params, query, requestId }): Promise<Reply> {
      const event = await findEvent(context.db, principal.organizationId, params.eventId);
      if (!event) return { problem: 'not_found' };
      const { format, ...filters } = query;
      const { day, station, device, enrollmentId } = filters;
      const body = listedEventBody(event);
      return exportReport(
        context,
        { principal, requestId },
        {
          name: 'check-ins',
          format,
          filters,
          eventId: event.id,
          subjectId: null,
          fileName: ['Check-ins', body.days[0] ?? '', event.name],
          sheet: 'Check-ins',
          about: { event: body },
          columns: checkInColumns(event.timeZone),
          async *read(tx) {
            for await (const page of readCheckIns(tx, event.id)) {
              yield page
                .filter(
                  (one) =>
                    (day === undefined || one.day === day) &&
                    (station === undefined || one.station === station) &&
                    (device === undefined || one.device.id === device) &&
                    (enrollmentId === undefined || one.enrollmentId === enrollmentId),
                )
                .map(checkInRow);
            }
          },
        },
      );
    },
  });
}

export function checkInCountsRoute(context: AdminContext) {
  return route({
    method: 'get',
    path: '/v1/events/:eventId/check-ins/counts',
    allow: readers,
    deadlineMs: COUNTED_WITHIN,
    params: oneEvent,
    query: z.object(checkInCountsQuery),
    summary: 'Counts the check-ins of an event by hour, station or device',
    answers: { 200: { json: checkInCounts, mediaTypes: files } },
    async handle({ principal, params, query, requestId }): Promise<Reply> {
      const { organizationId } = principal;
      const event = await findEvent(context.db, organizationId, params.eventId);
      if (!event) return { problem: 'not_found' };
      const { format, by } = query;
      const body = listedEventBody(event);
      return exportReport(
        context,
        { principal, requestId },
        {
          name: 'check-in-counts',
          format,
          filters: { by },
          eventId: event.id,
          subjectId: null,
          fileName: ['Check-ins by', by, body.days[0] ?? '', event.name],
          sheet: `Check-ins by ${by}`,
          about: { event: body, by },
          columns: checkInCountColumns(by, event.timeZone),
          async *read(tx) {
            switch (by) {
              case 'hour':
                yield hoursOf(event.timeZone, await countByQuarterHour(tx, event.id));
                break;
              case 'station':
                yield await countByStation(tx, event.id);
                break;
              case 'device':
                yield await countByDevice(tx, organizationId, event.id);
                break;
            }
          },
        },
      );
    },
  });
}
