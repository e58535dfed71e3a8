// Builds and runs images with docker.
import {
  background,
  command,
  environmentFlags,
  type Engine,
  type RunningContainer,
  words,
} from './engine.ts';

export const docker: Engine = {
  name: 'docker',
  build: (service, image) =>
    void command('docker', ['build', '-t', image, '-f', `${service}/Dockerfile`, '.']),
  size: (image) => Number(command('docker', ['image', 'inspect', '-f', '{{.Size}}', image])),
  start(image, environment): RunningContainer {
    const id = command('docker', [
      ...words('create --network host --read-only --tmpfs /tmp'),
      ...words('--cap-drop ALL --security-opt no-new-privileges'),
      ...environmentFlags(environment),
      image,
    ]);
    const { ended, output } = background('docker', ['start', '--attach', id]);
    const run = (args: readonly string[]): string => command('docker', ['exec', id, ...args]);
    return {
      output,
      run,
      uid: () =>
        run([
          'node',
          '-p',
          "/^Uid:\\s+\\d+\\s+(\\d+)/m.exec(require('fs').readFileSync('/proc/1/status', 'utf8'))[1]",
        ]),
      terminate() {
        command('docker', ['kill', '--signal', 'TERM', id]);
        return ended;
      },
      async remove() {
        command('docker', ['rm', '--force', '--volumes', id]);
        await ended;
      },
    };
  },
};
