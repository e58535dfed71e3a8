// What an image should and should not hold, and what it does.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, type RunningContainer } from './engine.ts';
import { SERVICES, type Service } from './system.ts';

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

const manifest = (workspace: string): Manifest =>
  JSON.parse(readFileSync(join(ROOT, workspace, 'package.json'), 'utf8')) as Manifest;

const names = (of: Readonly<Record<string, string>> = {}): string[] => Object.keys(of);

interface Lock {
  readonly packages: Readonly<Record<string, Manifest | undefined>>;
}

/** These packages, with all that they bring along. */
function withAllOf(wanted: readonly string[]): ReadonlySet<string> {
  const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as Lock;
  const found = new Set<string>();
  const add = (name: string): void => {
    if (found.has(name)) return;
    found.add(name);
    for (const brought of names(packages[`node_modules/${name}`]?.dependencies)) add(brought);
  };
  for (const name of wanted) add(name);
  return found;
}

/** Packages that must not be in a service's image: tools, Node itself, what only other services need. */
export function unwantedPackages(service: Service): string[] {
  const needed = withAllOf(
    [service, 'chassis', 'contracts'].flatMap((own) => names(manifest(own).dependencies)),
  );
  const workspaces = ['.', 'chassis', 'contracts', ...SERVICES].map(manifest);
  return [
    ...workspaces.flatMap(({ devDependencies }) => names(devDependencies)),
    ...names(manifest('.').dependencies),
    ...names(manifest('chassis').peerDependencies),
    ...SERVICES,
    ...SERVICES.flatMap((other) => names(manifest(other).dependencies)),
  ].filter((name) => name !== service && !needed.has(name));
}

/** The workspaces that must be links: Node strips no types from real folders in node_modules. */
export const withLinks = (service: Service): string[] => ['chassis', 'contracts', service].sort();

/** The command of the image's health check. */
export function healthCheckOf(service: Service): string[] {
  const dockerfile = readFileSync(join(ROOT, service, 'Dockerfile'), 'utf8');
  const [, command = ''] = /^HEALTHCHECK [^[]*CMD (\[.*\])$/m.exec(dockerfile) ?? [];
  return JSON.parse(command) as string[];
}

interface Contents {
  readonly app: string[];
  readonly own: string[];
  readonly packages: string[];
  readonly links: string[];
  readonly writable: string[];
}

const LOOK = `
  const { accessSync, constants, existsSync, readdirSync } = require('node:fs');
  const may = (path) => { try { accessSync(path, constants.W_OK); return true; } catch { return false; } };
  const entries = (path) => readdirSync(path, { withFileTypes: true });
  const modulesIn = (folder) => !existsSync(folder) ? [] : entries(folder).flatMap((entry) =>
    entry.name[0] === '@'
      ? entries(folder + '/' + entry.name).map(({ name }) => ({ name: entry.name + '/' + name }))
      : [{ name: entry.name, link: entry.isSymbolicLink() }]);
  const service = process.argv[1];
  const modules = ['', '/chassis', '/contracts', '/' + service]
    .flatMap((workspace) => modulesIn('/app' + workspace + '/node_modules'));
  console.log(JSON.stringify({
    app: readdirSync('/app').sort(),
    own: readdirSync('/app/' + service).sort(),
    packages: modules.map(({ name }) => name).sort(),
    links: modules.filter(({ link }) => link).map(({ name }) => name).sort(),
    writable: ['/', '/app', '/app/' + service + '/src', '/app/' + service + '/src/main.ts'].filter(may),
  }));
`;

/** What a container holds, as its own user sees it. */
export const lookInside = (container: RunningContainer, service: Service): Contents =>
  JSON.parse(container.run(['node', '-e', LOOK, service])) as Contents;
