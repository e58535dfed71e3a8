// Runs the version guard as if another version of Node ran it.
Object.defineProperty(process.versions, 'node', { value: process.argv[2] });
await import('chassis/process/runtime');
