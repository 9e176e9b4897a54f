import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import {
  copiedInto,
  danglingNames,
  filesNeeded,
  installedInto,
  isSent,
  readCompose,
  readManifests,
  readText,
  runsOurImage,
  shippedPackages,
} from '../containers.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const dockerfile = readText(root, 'Dockerfile');
const dockerignore = readText(root, '.dockerignore');
const compose = readCompose(readText(root, 'docker-compose.yml'));
const manifests = readManifests(root);
const exists = (file: string) => existsSync(join(root, file));

/** What this service waits for, and what that waits for, and so on. */
function waitedFor(name: string): string[] {
  const direct = Object.keys(compose.services[name]?.depends_on ?? {});
  return [...direct, ...direct.flatMap(waitedFor)];
}

describe('the image', () => {
  it('gets every file that its programs read, packages that only packages need among them', () => {
    const shipped = shippedPackages(manifests);
    expect(shipped.map(({ name }) => name)).toContain('outbox');
    const files = filesNeeded(root, shipped);
    expect(files.some((file) => file.startsWith('packages/database/migrations/'))).toBe(true);
    expect(files.filter((file) => !isSent(dockerignore, file))).toEqual([]);
  });

  it('gets nothing of development, and no test', () => {
    const shipped = shippedPackages(manifests).map(({ path }) => path);
    const others = manifests.map(({ path }) => path).filter((path) => !shipped.includes(path));
    expect(others).toContain('packages/test-kit');
    const sent = others.filter((path) => isSent(dockerignore, `${path}/src/a.ts`));
    expect(sent).toEqual([]);
    expect(shipped.filter((path) => isSent(dockerignore, `${path}/test/a.ts`))).toEqual([]);
    expect(isSent(dockerignore, '.local/start/secrets.json')).toBe(false);
  });

  it('copies what is there, and installs what each app needs', () => {
    const copied = copiedInto(dockerfile);
    expect(copied).toContain('package-lock.json');
    expect(copied.filter((path) => !exists(path))).toEqual([]);
    const apps = manifests.map(({ path }) => path).filter((path) => path.startsWith('apps/'));
    expect(installedInto(dockerfile).sort()).toEqual(
      [...apps, 'packages/demo', 'packages/invariants'].sort(),
    );
    for (const app of apps) expect(copied).toContain(`${app}/package.json`);
  });

  it('has a place for each volume of secrets, which then belongs to its user', () => {
    const [, places = ''] = /for each in ([\w ]+); do mkdir/.exec(dockerfile) ?? [];
    const volumes = Object.keys(compose.volumes).filter((name) => name.startsWith('secrets-'));
    expect(places.split(' ').sort()).toEqual(volumes.map((name) => name.replace('secrets-', '')).sort());
  });
});

describe('docker-compose.yml', () => {
  it('runs, mounts and waits for what is there', () => {
    const sent = (file: string) => exists(file) && (file.startsWith('ops/') || isSent(dockerignore, file));
    expect(Object.keys(compose.services)).toContain('checkin-service');
    expect(danglingNames(compose, sent)).toEqual([]);
  });

  it('builds its image once, in the service that everything else waits for, and never asks a registry for it', () => {
    const services = Object.entries(compose.services);
    expect(services.filter(([, { build }]) => build).map(([name]) => name)).toEqual(['secrets']);
    const ours = services.filter(([, service]) => runsOurImage(service));
    expect(ours.map(([name]) => name)).toEqual(
      expect.arrayContaining(['secrets', 'notifier', 'demo', 'token']),
    );
    expect(ours.filter(([, service]) => service.pull_policy !== 'never')).toEqual([]);
    for (const [name] of ours) expect([name, ...waitedFor(name)]).toContain('secrets');
  });
});

describe('the check of the containers', () => {
  it('names a program, a mount, a dependency and a volume that lead nowhere', () => {
    const broken = readCompose(`
      services:
        a: { working_dir: /turnout/apps/gone, command: [src/main.ts], volumes: ['lost:/x', './ops/gone.conf:/y'] }
        b: { image: turnout:local, working_dir: /turnout/apps/lost, depends_on: { c: { condition: service_healthy } } }
      volumes: { unused: }`);
    expect(danglingNames(broken, exists)).toEqual([
      'a runs apps/gone/src/main.ts',
      'a mounts lost',
      'a mounts ./ops/gone.conf',
      'b runs apps/lost/src/main.ts',
      'b waits for c',
      'nobody mounts unused',
    ]);
  });

  it('sees a package that the image needs and does not get', () => {
    const less = dockerignore.replace('!packages/outbox/src\n', '');
    expect(isSent(less, 'packages/outbox/src/relay.ts')).toBe(false);
    expect(isSent(dockerignore, 'packages/outbox/src/relay.ts')).toBe(true);
  });
});
