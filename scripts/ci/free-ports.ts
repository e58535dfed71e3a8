// Prints as many free ports of 127.0.0.1 as its argument says, one a line.
import { freePorts } from 'chassis/testing/free-ports';

for (const port of await freePorts(Number(process.argv[2] ?? 1))) console.log(port);
