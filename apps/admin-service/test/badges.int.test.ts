import { enrollmentBody } from '@turnout/contracts/http/enrollments';
import jsqr from 'jsqr';
import { PNG } from 'pngjs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AdminUnderTest, startAdminUnderTest } from './admin-under-test.ts';
import { nobody, someone } from './examples.ts';
import { givenEvent } from './given.ts';
import { rasterize } from './rasterize.ts';

/** Its types say that what it exports is a module. */
const readQrCode = jsqr as unknown as typeof jsqr.default;

let service: AdminUnderTest;
let eventId: string;
let path: string;
let enrollment: { id: string; accessCode: string };
beforeAll(async () => {
  service = await startAdminUnderTest();
  eventId = await givenEvent(service);
});
beforeEach(async () => {
  const { body } = await service.admin.post(`/v1/events/${eventId}/enrollments`, {
    ...someone(),
    ticketType: 'Visitor',
  });
  enrollment = body;
  path = `/v1/events/${eventId}/enrollments/${body.id}`;
});
afterAll(() => service[Symbol.asyncDispose]());

const actions = async () =>
  await service.owner.query(
    'select action, subject_id, details, cause from access.actions where event_id = $1 and subject_id = $2 order by action_id',
    [eventId, enrollment.id],
  );

describe('the ticket type of an enrollment', () => {
  it('is changed and taken away, and each change is written down, with what it was', async () => {
    const changed = await service.admin.patch(path, { ticketType: 'Speaker' });
    expect(enrollmentBody.safeParse(changed.body).error).toBeUndefined();
    expect(changed).toMatchObject({
      status: 200,
      body: { id: enrollment.id, ticketType: 'Speaker', accessCode: enrollment.accessCode, version: 1 },
    });
    const again = await service.admin.patch(path, { ticketType: 'Speaker' });
    expect(again.body).toEqual(changed.body);
    const none = await service.admin.patch(path, { ticketType: null });
    expect(none.body.ticketType).toBeNull();
    expect((await service.admin.get(path)).body).toMatchObject({ ticketType: null, version: 1 });
    const action = 'enrollment.ticket_type_changed';
    const cause = (answer: { headers: Headers }) => answer.headers.get('x-request-id');
    expect(await actions()).toEqual([
      {
        action,
        subject_id: enrollment.id,
        details: { from: 'Visitor', to: 'Speaker' },
        cause: cause(changed),
      },
      { action, subject_id: enrollment.id, details: { from: 'Speaker', to: null }, cause: cause(none) },
    ]);
  });

  it.each([[{}], [{ ticketType: '' }], [{ ticketType: 7 }], [{ ticketType: 'x', status: 'attended' }]])(
    'cannot be %j',
    async (body) => {
      expect(await service.admin.patch(path, body)).toMatchObject({ status: 422 });
      expect(await actions()).toEqual([]);
    },
  );

  it('of an enrollment that is not there is not found', async () => {
    const missing = `/v1/events/${eventId}/enrollments/${nobody}`;
    expect((await service.admin.patch(missing, { ticketType: 'Speaker' })).status).toBe(404);
    expect((await service.admin.post(`${missing}/access-code`)).status).toBe(404);
    expect((await service.admin.get(`${missing}/badge`)).status).toBe(404);
  });
});

describe('another access code', () => {
  const reissue = (body?: object) => service.admin.post(`${path}/access-code`, body);

  it('is made, or the one that was sent; it is written down, and never the code', async () => {
    const made = await reissue();
    expect(made).toMatchObject({ status: 200, body: { id: enrollment.id, version: 1 } });
    expect(made.body.accessCode).toMatch(/^[0-9A-HJKMNP-TV-Z]{20}$/);
    expect(made.body.accessCode).not.toBe(enrollment.accessCode);
    const given = await reissue({ accessCode: `mine-${enrollment.id}` });
    expect(given.body.accessCode).toBe(`mine-${enrollment.id}`);
    expect((await reissue({ accessCode: `mine-${enrollment.id}` })).status).toBe(200);
    const written = await actions();
    expect(written.map(({ action }) => action)).toEqual(Array(2).fill('enrollment.access_code_reissued'));
    expect(JSON.stringify(written)).not.toContain('mine-');
  });

  it('is not one that somebody has or had, now and for people who enroll later', async () => {
    const other = await service.admin.post(`/v1/events/${eventId}/enrollments`, someone());
    expect((await reissue({ accessCode: other.body.accessCode })).body).toMatchObject({
      status: 409,
      code: 'access_code_taken',
    });
    await reissue();
    const old = enrollment.accessCode;
    expect((await reissue({ accessCode: old })).body).toMatchObject({
      status: 409,
      code: 'access_code_taken',
    });
    const path = `/v1/events/${eventId}/enrollments`;
    const enrolled = await service.admin.post(path, { ...someone(), accessCode: old });
    expect(enrolled.body).toMatchObject({ status: 409, code: 'access_code_taken' });
    const elsewhere = `/v1/events/${await givenEvent(service)}/enrollments`;
    expect((await service.admin.post(elsewhere, { ...someone(), accessCode: old })).status).toBe(201);
  });

  it('goes to one of many who want it in the same instant', async () => {
    const others = await Promise.all(
      Array.from({ length: 8 }, () => service.admin.post(`/v1/events/${eventId}/enrollments`, someone())),
    );
    const answers = await Promise.all(
      others.map(({ body }) =>
        service.admin.post(`/v1/events/${eventId}/enrollments/${body.id}/access-code`, {
          accessCode: `wanted-${enrollment.id}`,
        }),
      ),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ body }) => body.code === 'access_code_taken')).toHaveLength(7);
  });

  it('is refused where it cannot be, and for who has cancelled', async () => {
    expect(await reissue({ accessCode: 'two words' })).toMatchObject({ status: 422 });
    await service.admin.post(`${path}/cancellation`, { reason: 'ill' });
    expect((await reissue()).body).toMatchObject({
      status: 409,
      code: 'enrollment_cancelled',
      cancelledAt: expect.any(String),
    });
  });
});

describe('the badge', () => {
  const draw = async (format: string) => {
    const response = await fetch(`${service.url}${path}/badge?format=${format}`, {
      headers: { authorization: `Bearer ${service.organization.tokens.auditor}` },
    });
    const { status, headers } = response;
    return {
      status,
      type: headers.get('content-type'),
      cache: headers.get('cache-control'),
      bytes: Buffer.from(await response.arrayBuffer()),
    };
  };
  const codes: [string, string | null][] = [
    ['made here', null],
    ['of letters with marks', 'badge-ÄÖ-42'],
    ['of 128 characters', 'x'.repeat(128)],
  ];

  it.each(codes)(
    'is a QR code that scanners read, as SVG and PNG, of a code %s',
    async (_what, accessCode) => {
      if (accessCode !== null) await service.admin.post(`${path}/access-code`, { accessCode });
      const { body } = await service.admin.get(path);
      const png = await draw('png');
      expect(png).toMatchObject({ status: 200, type: 'image/png', cache: 'no-store' });
      const { data, width, height } = PNG.sync.read(png.bytes);
      expect(readQrCode(new Uint8ClampedArray(data), width, height)?.data).toBe(body.accessCode);
      expect([...data.subarray(0, 4)]).toEqual([255, 255, 255, 255]); // the quiet zone

      const svg = await draw('svg');
      expect(svg).toMatchObject({ status: 200, type: 'image/svg+xml', cache: 'no-store' });
      const image = rasterize(svg.bytes.toString('utf8'), 4);
      expect(readQrCode(image.data, image.width, image.height)?.data).toBe(body.accessCode);
      if (accessCode !== null) await service.admin.post(`${path}/access-code`, {});
    },
  );

  it('is an SVG unless asked otherwise, and nothing else than these two', async () => {
    const { headers } = await service.admin.get(`${path}/badge`);
    expect(headers.get('content-type')).toBe('image/svg+xml');
    expect((await draw('pdf')).status).toBe(422);
  });
});
