// Problem documents of our own services (RFC 9457). Only such a document says that an entity does not exist, or that the
// service rejects a request: a 404 of a proxy in between says nothing about the entity.
import { problems, type InputFault, type ProblemSlug } from 'chassis/http/problem';
import type { Problem } from 'contracts/types';
import { identityAnswer } from '../expectations.ts';

/** The fields of an upstream's problem document that a client may see. */
export interface UpstreamProblem {
  readonly slug: ProblemSlug;
  readonly detail: string;
  readonly errors: readonly InputFault[] | undefined;
}

const isProblem = identityAnswer<Problem>('Problem');
const PREFIX = 'urn:social-network:problem:';

const isSlug = (slug: string): slug is ProblemSlug => Object.hasOwn(problems, slug);

/** Drops fields that the contract does not name. */
const pickFault = ({ pointer, detail }: InputFault): InputFault => ({ pointer, detail });

/** The problem that one of our services sent with this status; undefined for any other body. */
export function problemIn(body: unknown, status: number): UpstreamProblem | undefined {
  if (!isProblem(body) || !body.type.startsWith(PREFIX)) return undefined;
  const slug = body.type.slice(PREFIX.length);
  if (!isSlug(slug) || problems[slug].status !== status) return undefined;
  return { slug, detail: body.detail, errors: body.errors?.map(pickFault) };
}

/** Whether the problem is about this part of the request, named by its JSON pointer. */
export const isAbout = (problem: UpstreamProblem | undefined, pointer: string): boolean =>
  problem?.errors?.some((fault) => fault.pointer === pointer) ?? false;
