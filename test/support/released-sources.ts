// The sources of an earlier commit with the packages that they need, to run a service as it was deployed.
import { execFileSync } from 'node:child_process';
import { emptyFolder } from 'chassis/testing/database';
import { root } from './sources.ts';

const git = (...args: string[]): Buffer =>
  execFileSync('git', args, { cwd: root, stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 2 ** 28 });

/** Whether git has the commit. A shallow clone may lack it. */
export function hasCommit(commit: string): boolean {
  try {
    git('cat-file', '-e', `${commit}^{commit}`);
    return true;
  } catch {
    return false;
  }
}

/** Writes the files of a commit into a temporary folder, and installs its packages. @returns the folder */
export async function sourcesOf(commit: string): Promise<string> {
  const folder = await emptyFolder();
  execFileSync('tar', ['-x', '-C', folder], { input: git('archive', commit) });
  // No scripts: the only one installs Node, and this process has it already.
  const args = ['ci', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--silent'];
  execFileSync('npm', args, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  return folder;
}
