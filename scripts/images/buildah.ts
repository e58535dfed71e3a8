// Builds and runs images with buildah, which needs no daemon. `--isolation chroot` works inside a container, too.
import { readdirSync, readFileSync } from 'node:fs';
import {
  background,
  BASE,
  command,
  environmentFlags,
  type Engine,
  type RunningContainer,
  uidOf,
  words,
  works,
} from './engine.ts';

/** Whether buildah has the base image locally; it does not download the image. */
export const hasBaseImage = (): boolean => works('buildah', 'inspect', '--type', 'image', BASE);

export const buildah: Engine = {
  name: 'buildah',
  build: (service, image) =>
    void command('buildah', [
      // The OCI format has no field for a health check.
      ...words('bud --isolation chroot --pull-never --format docker'),
      ...words(`-t ${image} -f ${service}/Dockerfile .`),
    ]),
  size(image) {
    const text = command('buildah', ['images', '--json', image]);
    const [{ size } = { size: '' }] = JSON.parse(text) as { size: string }[];
    return bytes(size);
  },
  start(image, environment): RunningContainer {
    const id = command('buildah', ['from', '--pull-never', image]);
    const flags = [...words('run --isolation chroot'), ...environmentFlags(environment), id, '--'];
    const { Docker } = JSON.parse(command('buildah', ['inspect', id])) as {
      Docker: { config: { Cmd: string[] } };
    };
    const main = Docker.config.Cmd;
    const { child, ended, output } = background('buildah', [...flags, ...main]);
    const mainPid = (): number => {
      const pid = descendants(child.pid ?? 0).find((each) => isCommand(each, main));
      if (pid === undefined) throw new Error(`No process runs ${main.join(' ')}.`);
      return pid;
    };
    return {
      output,
      run: (args) => command('buildah', [...flags, ...args]),
      uid: () => uidOf(mainPid()),
      terminate() {
        process.kill(mainPid(), 'SIGTERM');
        return ended;
      },
      async remove() {
        // The processes of buildah end when the main process of the container has ended.
        if (child.exitCode === null) process.kill(mainPid(), 'SIGKILL');
        await ended;
        command('buildah', ['rm', id]);
      },
    };
  },
};

/** Whether a process runs the command of the image. buildah's own processes have that command as arguments. */
function isCommand(pid: number, [program = '', ...args]: readonly string[]): boolean {
  const [first = '', ...rest] = read(`/proc/${pid}/cmdline`).split('\0').slice(0, -1);
  return first.endsWith(program) && rest.join('\0') === args.join('\0');
}

/** Returns the ids of the child processes of a process, and of theirs. */
function descendants(pid: number): number[] {
  // A Go program may start child processes from any of its threads.
  const children = threads(pid).flatMap((thread) =>
    read(`/proc/${pid}/task/${thread}/children`).split(' ').filter(Boolean).map(Number),
  );
  return [...children, ...children.flatMap(descendants)];
}

function threads(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}

/** Reads a file of /proc; '' when its process has ended. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** Converts a size such as "395 MB" to bytes. */
function bytes(size: string): number {
  const [, value = '', unit = ''] = /^([\d.]+)\s*([KMG]?)B$/.exec(size) ?? [];
  return Number(value) * ({ K: 1e3, M: 1e6, G: 1e9 }[unit] ?? 1);
}
