// The settings of tracing: names and meanings are OpenTelemetry's.
import { choice, flag, type SettingMeta, text, z } from './settings.ts';

const SAMPLERS = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const;

const endpoint = (about: string) =>
  z
    .string()
    .refine((value) => /^https?:$/.test(URL.parse(value)?.protocol ?? ''))
    .optional()
    .meta({
      about,
      expected: 'an address such as http://127.0.0.1:4318',
      fallback: '',
    } satisfies SettingMeta);

type Pair = readonly [name: string, value: string];

/** `key=value,key=value`, the values percent-encoded. */
const pairs = (about: string, secret: boolean) =>
  z
    .string()
    .transform((list, context) => {
      const entries = list
        .split(',')
        .filter((pair) => pair.trim() !== '')
        .map((pair) => /^\s*([^\s=]+)\s*=\s*(.*?)\s*$/.exec(pair));
      try {
        return entries.map((match): Pair => [match![1]!, decodeURIComponent(match![2]!)]);
      } catch {
        context.addIssue({ code: 'custom' });
        return z.NEVER;
      }
    })
    .default([])
    .meta({
      about,
      expected: 'a list such as name=value,name=value',
      fallback: '',
      secret,
    } satisfies SettingMeta);

const ratio = (about: string) =>
  z
    .string()
    .regex(/^(0|1|0?\.\d{1,15}|1\.0+|0\.0+)$/)
    .transform(Number)
    .default(1)
    .meta({ about, expected: 'a share from 0 to 1', fallback: '1' } satisfies SettingMeta);

export const tracingSettings = () => ({
  OTEL_EXPORTER_OTLP_ENDPOINT: endpoint(
    'Address of an OpenTelemetry collector, to which spans are exported by OTLP/HTTP (protobuf); without it no spans are made. See traces.md.',
  ),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: endpoint(
    'The same for spans alone: the complete address, such as http://127.0.0.1:4318/v1/traces.',
  ),
  OTEL_EXPORTER_OTLP_HEADERS: pairs('Header fields of each export, such as an access token.', true),
  OTEL_SERVICE_NAME: text('', "The process's name in traces; its own name when left out."),
  OTEL_RESOURCE_ATTRIBUTES: pairs(
    'Further attributes of the process in traces, such as deployment.environment.name=production.',
    false,
  ),
  OTEL_TRACES_SAMPLER: choice(
    SAMPLERS,
    'parentbased_always_on',
    'Which traces are recorded. With parentbased_, the caller of a request decides.',
  ),
  OTEL_TRACES_SAMPLER_ARG: ratio('Share of the new traces that the traceidratio samplers record.'),
  OTEL_SDK_DISABLED: flag(false, 'Makes no spans, whatever else is set.'),
});
