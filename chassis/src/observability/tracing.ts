// Decides by the settings whether spans are exported, and loads OpenTelemetry only then.
import type { Tracing } from './span.ts';

type Pairs = readonly (readonly [name: string, value: string])[];

/** OpenTelemetry's own settings (https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/). */
export interface TracingSettings {
  readonly OTEL_EXPORTER_OTLP_ENDPOINT?: string | undefined;
  readonly OTEL_EXPORTER_OTLP_TRACES_ENDPOINT?: string | undefined;
  readonly OTEL_EXPORTER_OTLP_HEADERS: Pairs;
  readonly OTEL_SERVICE_NAME: string;
  readonly OTEL_RESOURCE_ATTRIBUTES: Pairs;
  readonly OTEL_TRACES_SAMPLER: string;
  readonly OTEL_TRACES_SAMPLER_ARG: number;
  readonly OTEL_SDK_DISABLED: boolean;
}

/** @returns undefined when no endpoint is set: then no span is made. */
export async function openTracing(
  service: string,
  settings: TracingSettings,
): Promise<Tracing | undefined> {
  const url = urlOf(settings);
  if (url === undefined || settings.OTEL_SDK_DISABLED) return undefined;
  const { createTracing } = await import('./opentelemetry.ts');
  const given = Object.fromEntries(settings.OTEL_RESOURCE_ATTRIBUTES);
  const name = settings.OTEL_SERVICE_NAME || given['service.name'] || service;
  return createTracing({
    url,
    headers: Object.fromEntries(settings.OTEL_EXPORTER_OTLP_HEADERS),
    resource: { ...given, 'service.name': name },
    sampler: settings.OTEL_TRACES_SAMPLER,
    ratio: settings.OTEL_TRACES_SAMPLER_ARG,
  });
}

function urlOf(settings: TracingSettings): string | undefined {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: base, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: own } = settings;
  return own ?? (base === undefined ? undefined : `${base.replace(/\/+$/, '')}/v1/traces`);
}
