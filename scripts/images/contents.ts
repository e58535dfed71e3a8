// The expected and the actual contents of an image.
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

const namesOf = (dependencies: Readonly<Record<string, string>> = {}): string[] =>
  Object.keys(dependencies);

interface Lock {
  readonly packages: Readonly<Record<string, Manifest | undefined>>;
}

/** Returns packages with all their direct and indirect dependencies. */
function withDependencies(packageNames: readonly string[]): ReadonlySet<string> {
  const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as Lock;
  const all = new Set<string>();
  const add = (name: string): void => {
    if (all.has(name)) return;
    all.add(name);
    for (const dependency of namesOf(packages[`node_modules/${name}`]?.dependencies))
      add(dependency);
  };
  for (const name of packageNames) add(name);
  return all;
}

/** Returns packages that must not be in a service's image: tools, Node itself, and packages of other services. */
export function unwantedPackages(service: Service): string[] {
  const needed = withDependencies(
    [service, 'chassis', 'contracts'].flatMap((workspace) =>
      namesOf(manifest(workspace).dependencies),
    ),
  );
  const workspaces = ['.', 'chassis', 'contracts', ...SERVICES].map(manifest);
  return [
    ...workspaces.flatMap(({ devDependencies }) => namesOf(devDependencies)),
    ...namesOf(manifest('.').dependencies),
    ...namesOf(manifest('chassis').peerDependencies),
    ...SERVICES,
    ...SERVICES.flatMap((other) => namesOf(manifest(other).dependencies)),
  ].filter((name) => name !== service && !needed.has(name));
}

/** Returns the workspaces that must be links: Node strips no types from real folders in node_modules. */
export const linkedWorkspaces = (service: Service): string[] =>
  ['chassis', 'contracts', service].sort();

/** Returns the command of an image's health check. */
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

/** A program for Node in the container. */
const LIST_CONTENTS = `
  const { accessSync, constants, existsSync, readdirSync } = require('node:fs');
  const isWritable = (path) => { try { accessSync(path, constants.W_OK); return true; } catch { return false; } };
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
    writable: ['/', '/app', '/app/' + service + '/src', '/app/' + service + '/src/main.ts'].filter(isWritable),
  }));
`;

/** Returns the contents of a container from the view of its user. */
export const lookInside = (container: RunningContainer, service: Service): Contents =>
  JSON.parse(container.run(['node', '-e', LIST_CONTENTS, service])) as Contents;

interface Bill {
  readonly bomFormat: string;
  readonly components: readonly { readonly name: string }[];
}

/** Returns the packages in the bill of materials of a folder below /app. @throws when it is not CycloneDX */
export function billOf(container: RunningContainer, folder: string): string[] {
  const text = container.run(['cat', `/app/${folder}/sbom.cdx.json`]);
  const { bomFormat, components } = JSON.parse(text) as Bill;
  if (bomFormat !== 'CycloneDX') throw new Error(`expected CycloneDX, not ${bomFormat}`);
  return components.map(({ name }) => name);
}
