import { globSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { parse } from 'yaml';

/** What of docker-compose.yml is held against the rest; anchors and merges are resolved. */
export interface Compose {
  services: Record<string, ComposeService>;
  volumes: Record<string, unknown>;
}

interface ComposeService {
  build?: string;
  image?: string;
  pull_policy?: string;
  working_dir?: string;
  entrypoint?: string[];
  command?: string[];
  volumes?: string[];
  depends_on?: Record<string, unknown>;
}

/** A package or an app with the packages of ours that it needs, by their names without the scope. */
export interface Manifest {
  path: string;
  name: string;
  needs: string[];
}

const SCOPE = '@turnout/';
const IMAGE_ROOT = '/turnout/';

/** The programs that the image is made for; what they need has to be in it. */
const isShipped = ({ path, name }: Manifest) =>
  path.startsWith('apps/') || name === 'demo' || name === 'invariants';

export const readText = (root: string, file: string) => readFileSync(join(root, file), 'utf8');

export const readCompose = (text: string): Compose => parse(text, { merge: true }) as Compose;

/** Every package and app of the repository. */
export function readManifests(root: string): Manifest[] {
  return globSync('{apps,packages}/*/package.json', { cwd: root }).map((file) => {
    const { name, dependencies = {} } = JSON.parse(readText(root, file)) as {
      name: string;
      dependencies?: Record<string, string>;
    };
    const needs = Object.keys(dependencies).filter((needed) => needed.startsWith(SCOPE));
    return {
      path: posix.dirname(file),
      name: name.slice(SCOPE.length),
      needs: needs.map((needed) => needed.slice(SCOPE.length)),
    };
  });
}

/** Those that the image's programs need, and whatever these need, and so on. */
export function shippedPackages(all: readonly Manifest[]): Manifest[] {
  const found = new Set(all.filter(isShipped));
  for (const { needs } of found) {
    for (const manifest of all) if (needs.includes(manifest.name)) found.add(manifest);
  }
  return [...found];
}

/**
 * Whether Docker gets to see this file: of the lines that match it or a directory above it, the last decides. Knows
 * `*`, which matches names with a dot too, and `!`.
 */
export function isSent(dockerignore: string, file: string): boolean {
  const lines = dockerignore.split('\n').filter((line) => line && !line.startsWith('#'));
  const last = lines.findLast((line) => {
    const names = line
      .replace(/^!/, '')
      .split('*')
      .map((part) => part.replaceAll('.', '\\.'))
      .join('[^/]*');
    return new RegExp(`^${names}(?:/|$)`).test(file);
  });
  return last === undefined || last.startsWith('!');
}

/** Files that programs of the image read: their sources, and what these find from where they are. */
export function filesNeeded(root: string, shipped: readonly Manifest[]): string[] {
  const sources = shipped.flatMap(({ path }) => globSync(`${path}/src/**/*.{ts,mjs}`, { cwd: root }));
  const beside = sources.flatMap((file) =>
    [...readText(root, file).matchAll(/new URL\('(\.[^']+)', import\.meta\.url\)/g)].map(([, target]) =>
      posix.join(posix.dirname(file), target ?? '').replace(/\/$/, ''),
    ),
  );
  const inside = [...new Set(beside)].flatMap((place) => {
    const files = globSync(`${place}/**/*.*`, { cwd: root });
    return files.length > 0 ? files : [place];
  });
  return [...new Set([...shipped.map(({ path }) => `${path}/package.json`), ...sources, ...inside])];
}

/** What the Dockerfile copies out of the repository. */
export function copiedInto(dockerfile: string): string[] {
  return [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, sources = '']) =>
    sources.split(' '),
  );
}

/** Workspaces whose packages the image installs. */
export function installedInto(dockerfile: string): string[] {
  return [...dockerfile.matchAll(/--workspace (\S+)/g)].map(([, path = '']) => path);
}

/** Whether this service runs the image that is made here. */
export const runsOurImage = ({ image }: Pick<ComposeService, 'image'>) =>
  image?.startsWith('turnout:') ?? false;

/** One line for each name in docker-compose.yml that leads nowhere. */
export function danglingNames({ services, volumes }: Compose, exists: (file: string) => boolean): string[] {
  const used = new Set<string>();
  const found = Object.entries(services).flatMap(([name, service]) => {
    const place = (file: string) =>
      posix.join(service.working_dir ?? IMAGE_ROOT, file).replace(IMAGE_ROOT, '');
    const programs = [...(service.entrypoint ?? []), ...(service.command ?? [])]
      .flatMap((argument) => argument.match(/[\w./-]+\.ts\b/g) ?? [])
      .map((file) => (file.startsWith('/') ? file.replace(IMAGE_ROOT, '') : place(file)));
    if (runsOurImage(service) && programs.length === 0 && service.working_dir)
      programs.push(place('src/main.ts'));
    const mounts = (service.volumes ?? []).map((volume) => volume.split(':')[0] ?? '');
    for (const mount of mounts) used.add(mount);
    return [
      ...programs.filter((file) => !exists(file)).map((file) => `${name} runs ${file}`),
      ...mounts
        .filter((mount) => (mount.startsWith('.') ? !exists(posix.normalize(mount)) : !(mount in volumes)))
        .map((mount) => `${name} mounts ${mount}`),
      ...Object.keys(service.depends_on ?? {})
        .filter((other) => !(other in services))
        .map((other) => `${name} waits for ${other}`),
    ];
  });
  const unused = Object.keys(volumes).filter((volume) => !used.has(volume));
  return [...found, ...unused.map((volume) => `nobody mounts ${volume}`)];
}
